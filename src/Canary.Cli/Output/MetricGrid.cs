using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>What each metric says, a row each, in the room that there is.</summary>
internal static class MetricGrid
{
    private const int BarWidth = 10;

    public static IEnumerable<string> Lines(Verdict verdict, Style style, string indent)
    {
        var grid = new Grid(
            new GridColumn("metric", Least: 8),
            new GridColumn("verdict"),
            new GridColumn("stable", 3, Least: 12),
            new GridColumn("candidate", 2, Least: 12),
            new GridColumn("ratio", Right: true),
            new GridColumn("95 % interval"),
            new GridColumn("evidence"),
            new GridColumn("decides", 1));
        foreach (var metric in verdict.Metrics)
        {
            var (word, mood) = Word(verdict.StateOf(metric));
            grid.Add(
                metric.Name,
                new GridCell(word, mood),
                VerdictText.Arm(metric.StableBad, metric.StableRequests, metric.StableValues),
                VerdictText.Arm(metric.CandidateBad, metric.CandidateRequests, metric.CandidateValues),
                Figures.Ratio(metric.Ratio),
                VerdictText.Interval(metric),
                new GridCell(Evidence(metric, verdict, style), mood == Mood.Bad ? Mood.Bad : Mood.Plain),
                Outlook(metric));
        }

        return verdict.Metrics.Count == 0 ? [] : grid.Lines(style, indent);
    }

    /// <summary>One word for what a metric says.</summary>
    public static (string Word, Mood Mood) Word(VerdictState state) => state switch
    {
        VerdictState.Pass => ("accepted", Mood.Good),
        VerdictState.Fail => ("worse", Mood.Bad),
        VerdictState.Unknown => ("no data", Mood.Open),
        _ => ("open", Mood.Plain),
    };

    /// <summary>How far the evidence has come to the threshold at which the candidate is taken back.</summary>
    private static string Evidence(MetricVerdict metric, Verdict verdict, Style style)
    {
        var threshold = metric.LogThreshold ?? verdict.LogThreshold;
        if (threshold <= 0 || metric.Evidence is null && metric.LogEvidence == 0)
        {
            return "";
        }

        var ratio = Math.Clamp(metric.LogEvidence / threshold, 0, 1);
        return FormattableString.Invariant($"{style.Bar(ratio, BarWidth)} {100 * ratio,3:0} %");
    }

    private static string Outlook(MetricVerdict metric) => metric.SecondsToDecide switch
    {
        null => "",
        < 1 => "now",
        var seconds => $"in {Figures.Time(TimeSpan.FromSeconds(Math.Min(seconds.Value, 1e9)))}",
    };
}
