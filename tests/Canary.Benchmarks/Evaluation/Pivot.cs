using System.Globalization;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Evaluation;

/// <summary>Shows rows as a table: scenarios down, methods across.</summary>
internal static class Pivot
{
    private const double Seen = 0.995; // from here on the share goes without saying

    public static string Write(IReadOnlyList<EvaluationRow> rows)
    {
        var methods = rows.Select(row => row.Method).Distinct().ToArray();
        var bounded = rows.Any(row => row.LowerBoundSeconds is not null);
        var table = new Table(["scenario", .. bounded ? ["bound"] : Array.Empty<string>(), .. methods]);
        foreach (var scenario in rows.GroupBy(row => row.Scenario))
        {
            var bound = scenario.Select(row => row.LowerBoundSeconds).FirstOrDefault(seconds => seconds is not null);
            table.Add([scenario.Key, .. bounded ? [bound is { } seconds ? Table.Number(seconds) : "–"] : Array.Empty<string>(), .. methods.Select(method => Cell(scenario.FirstOrDefault(row => row.Method == method)))]);
        }

        return table.ToString();
    }

    /// <summary>A share of wrong calls, or the median delay with the share of right calls where that is not all.</summary>
    public static string Cell(EvaluationRow? row) => row switch
    {
        null => "",
        { FalseRollback: { } share, DetectedShare: null } => Percent(share),
        { FalseAcceptance: { } share } => Percent(share),
        { DetectedShare: >= Seen, MedianDelaySeconds: { } delay } => Seconds(delay),
        { MedianDelaySeconds: { } delay } => $"{Seconds(delay)} ({Whole(row.DetectedShare)})",
        _ => $"– ({Whole(row.DetectedShare)})",
    };

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00}%");

    private static string Whole(double? share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0}%");

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}");
}
