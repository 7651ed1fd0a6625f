using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>Says for people what a verdict is, sentence first, then the numbers.</summary>
internal static class VerdictText
{
    /// <summary>One word for a state, and how it is meant.</summary>
    public static (string Word, Mood Mood) Word(VerdictState state) => state switch
    {
        VerdictState.Pass => ("PASS", Mood.Good),
        VerdictState.Fail => ("FAIL", Mood.Bad),
        VerdictState.Unknown => ("UNKNOWN", Mood.Open),
        _ => ("INCONCLUSIVE", Mood.Open),
    };

    /// <summary>What the process ends with.</summary>
    public static int Exit(VerdictState state) => state switch
    {
        VerdictState.Pass => ExitCode.Pass,
        VerdictState.Fail => ExitCode.Fail,
        _ => ExitCode.Inconclusive,
    };

    /// <summary>Writes the word, the sentence, and a row for each metric.</summary>
    public static void Write(Terminal terminal, VerdictState state, string reason, Verdict verdict)
    {
        var (word, mood) = Word(state);
        terminal.Out.WriteLine($"{terminal.Coloured(word, mood)}  {reason}");
        terminal.Out.WriteLine();
        Metrics(verdict).WriteTo(terminal.Out);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"together {Figures.Odds(verdict.LogEvidence)} against it; rolled back at {Figures.Odds(verdict.LogThreshold)}");
        foreach (var line in Remarks(verdict))
        {
            terminal.Out.WriteLine(line);
        }
    }

    /// <summary>What else there is to know of each metric, a line each.</summary>
    public static IEnumerable<string> Remarks(Verdict verdict)
    {
        foreach (var metric in verdict.Metrics)
        {
            var parts = new List<string>();
            if (metric.DifferencePercentPoints is { } points)
            {
                parts.Add(FormattableString.Invariant($"{points:+0.###;-0.###;0} percentage points"));
            }

            if (metric.LooksLike is { } looks)
            {
                parts.Add($"looks like {looks}");
            }

            if (metric.SecondsToDecide is >= 1 and var seconds)
            {
                parts.Add($"at this traffic it decides in about {Figures.Time(TimeSpan.FromSeconds(Math.Min(seconds, 1e9)))}");
            }

            if (metric.SmallestVisibleRatio is { } smallest)
            {
                parts.Add($"this step can see {Figures.Ratio(smallest)} times the stable ratio or more");
            }

            if (metric.Dispersion is > 1 and var dispersion)
            {
                parts.Add($"evidence divided by {Figures.Ratio(dispersion)}, as so many requests fail together");
            }

            if (metric.Warning is { } warning)
            {
                parts.Add($"warning: {warning}");
            }

            if (parts.Count > 0)
            {
                yield return $"{metric.Name}: {string.Join("; ", parts)}";
            }

            foreach (var assumption in metric.Assumptions)
            {
                yield return $"{metric.Name}: assumed: {assumption}";
            }
        }
    }

    /// <summary>The numbers of each metric.</summary>
    public static TextTable Metrics(Verdict verdict)
    {
        var table = new TextTable("metric", "stable", "candidate", "ratio", "95 % interval", "against it", "for it", "accepted");
        foreach (var metric in verdict.Metrics)
        {
            table.Add(
                metric.Name,
                Arm(metric.StableBad, metric.StableRequests, metric.StableValues),
                Arm(metric.CandidateBad, metric.CandidateRequests, metric.CandidateValues),
                Figures.Ratio(metric.Ratio),
                Interval(metric),
                Figures.Odds(metric.LogEvidence),
                Figures.Odds(metric.LogAcceptance),
                metric.Accepted ? "yes" : "no");
        }

        return table;
    }

    /// <summary>The interval of a metric's ratio.</summary>
    public static string Interval(MetricVerdict metric) => metric.RatioLower is null && metric.RatioUpper is null
        ? "-"
        : $"{Figures.Ratio(metric.RatioLower ?? 0)} to {(metric.RatioUpper is { } upper ? Figures.Ratio(upper) : "any")}";

    /// <summary>What an arm did: quantiles or levels where there are any, else the share of bad requests.</summary>
    public static string Arm(double bad, double requests, ValueList<NamedValue> values) => values.Count > 0
        ? string.Join(", ", values.Select(value => $"{value.Name} {Figures.Ratio(value.Value)}"))
        : requests > 0 ? $"{Figures.Percent(bad / requests)} of {Figures.Count(requests)}" : "no requests";
}
