using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>Says for people how a verdict came to be.</summary>
internal static class ReplayText
{
    /// <summary>So many moments fit on a screen.</summary>
    private const int MostMoments = 16;

    /// <summary>Writes a replay.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="report">What was found.</param>
    /// <param name="everyRound">Whether each round is a line.</param>
    public static void Write(Terminal terminal, ReplayReport report, bool everyRound)
    {
        var trajectory = report.Trajectory;
        var output = terminal.Out;
        output.WriteLine($"{report.Name}: {trajectory.Points.Count} rounds, {Span(trajectory)}, {string.Join(", ", trajectory.Metrics.Select(metric => metric.Name))}");
        foreach (var note in report.Notes)
        {
            output.WriteLine($"note: {note}");
        }

        output.WriteLine();
        if (trajectory.Points.Count == 0)
        {
            output.WriteLine("Nothing was measured.");
            return;
        }

        VerdictText.Write(terminal, trajectory.Decision.State, trajectory.Decision.Reason, At(trajectory));
        output.WriteLine(Decided(trajectory));
        output.WriteLine();
        Steps(trajectory).WriteTo(output);
        output.WriteLine();
        Moments(trajectory, everyRound).WriteTo(output);
        output.WriteLine();
        Variants(report).WriteTo(output);
    }

    /// <summary>What the settings decided, in half a sentence.</summary>
    public static string Decided(Trajectory trajectory) => trajectory.Decision switch
    {
        { At: { } at, After: { } after } decision =>
            $"decided at {Figures.Clock(at)} UTC, {Figures.Time(after)} after the first requests of the candidate, of which {Figures.Count(decision.BadCandidateRequests)} were bad by then",
        _ => "not decided",
    };

    /// <summary>The verdict at the moment of the decision; at the end without one.</summary>
    public static Verdict At(Trajectory trajectory) =>
        (trajectory.Points.FirstOrDefault(point => point.At == trajectory.Decision.At) ?? trajectory.Points[^1]).Verdict;

    private static string Span(Trajectory trajectory) =>
        trajectory.Points.Count == 0 ? "no time" : Figures.Time(trajectory.Points[^1].At - trajectory.Points[0].At);

    private static TextTable Steps(Trajectory trajectory)
    {
        var table = new TextTable("step", "from", "until", "would have decided", "at");
        foreach (var step in trajectory.Steps)
        {
            table.Add(
                step.Weight.ToString(),
                Figures.Clock(step.From),
                Figures.Clock(step.Until),
                step.State switch { VerdictState.Pass => "pass", VerdictState.Fail => "roll back", VerdictState.Unknown => "unknown: no data", _ => "inconclusive" },
                step.DecidedAt is { } at ? Figures.Clock(at) : "-");
        }

        return table;
    }

    private static TextTable Moments(Trajectory trajectory, bool everyRound)
    {
        var several = trajectory.Metrics.Count > 1;
        var table = new TextTable(["after", "weight", .. several ? ["together against it"] : Array.Empty<string>(), .. trajectory.Metrics.SelectMany(metric => new[] { $"{metric.Name} against it", "for it", "ratio" }), "verdict"]);
        foreach (var point in everyRound ? trajectory.Points : Telling(trajectory))
        {
            var cells = new List<string> { point.ExposedSince is { } since ? Figures.Time(point.At - since) : "before", point.Weight.ToString() };
            if (several)
            {
                cells.Add(Figures.Odds(point.Verdict.LogEvidence));
            }

            foreach (var metric in trajectory.Metrics)
            {
                var verdict = point.Verdict.Metrics.FirstOrDefault(verdict => verdict.Name == metric.Name);
                cells.AddRange(verdict is null ? ["-", "-", "-"] : [Figures.Odds(verdict.LogEvidence), Figures.Odds(verdict.LogAcceptance), Figures.Ratio(verdict.Ratio)]);
            }

            cells.Add(point.Verdict.State.ToString());
            table.Add([.. cells]);
        }

        return table;
    }

    /// <summary>Moments at which the verdict changed, and some between, evenly.</summary>
    private static IEnumerable<TrajectoryPoint> Telling(Trajectory trajectory)
    {
        var points = trajectory.Points;
        var stride = Math.Max(1, (points.Count + MostMoments - 1) / MostMoments);
        return points.Where((point, i) =>
            i % stride == stride - 1 || i == points.Count - 1 || point.At == trajectory.Decision.At || (i > 0 && point.Verdict.State != points[i - 1].Verdict.State && point.Verdict.State is VerdictState.Fail or VerdictState.Pass));
    }

    private static TextTable Variants(ReplayReport report)
    {
        var table = new TextTable("settings", "would have decided", "after", "bad requests by then");
        foreach (var variant in report.Variants)
        {
            var decision = variant.Trajectory.Decision;
            table.Add(
                variant.Name,
                decision.State switch { VerdictState.Pass => "pass", VerdictState.Fail => "roll back", VerdictState.Unknown => "unknown", _ => "nothing" },
                decision.After is { } after ? Figures.Time(after) : "-",
                decision.At is null ? "-" : Figures.Count(decision.BadCandidateRequests));
        }

        return table;
    }
}
