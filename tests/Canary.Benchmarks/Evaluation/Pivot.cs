using System.Globalization;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Evaluation;

/// <summary>Shows rows as a table: scenarios down, methods across.</summary>
internal static class Pivot
{
    private const double Seen = 0.995; // from here on the share goes without saying

    /// <param name="rows">What to show.</param>
    /// <param name="methods">Which methods, in their order; all without it.</param>
    public static string Write(IReadOnlyList<EvaluationRow> rows, params IReadOnlyList<string> methods)
    {
        methods = methods.Count > 0 ? methods : [.. rows.Select(row => row.Method).Distinct()];
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
        { FalseRollback: { } share, Table: "N4" } => $"{Percent(share)}, {Delay(row)}",
        _ => Delay(row),
    };

    private static string Delay(EvaluationRow row)
    {
        var delay = row.MedianDelaySeconds is { } seconds ? Seconds(seconds) : "–";
        var tooSoon = row is { FalseRollback: > 0, Table: not "N4" } ? $", {Whole(row.FalseRollback)} too soon" : "";
        return row is { DetectedShare: >= Seen, MedianDelaySeconds: not null } ? delay : $"{delay} ({Whole(row.DetectedShare)}{tooSoon})";
    }

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00}%");

    private static string Whole(double? share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0}%");

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}");
}
