using System.Globalization;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Evaluation.Verdicts;

/// <summary>Sums up what each method did over many cells.</summary>
internal static class Comparison
{
    private const double ShortestBound = 20;

    /// <summary>A row per method: false rollbacks where nothing is wrong, delays and bad requests where something is.</summary>
    /// <param name="harmless">Rows of harmless candidates.</param>
    /// <param name="worse">Rows of worse candidates.</param>
    public static string Write(IReadOnlyList<EvaluationRow> harmless, IReadOnlyList<EvaluationRow> worse)
    {
        var table = new Table("method", "false rollback, mean", "worst cell", "regressions seen by half of the rollouts", "median delay / bound", "median delay", "bad requests served");
        foreach (var method in harmless.Concat(worse).Select(row => row.Method).Distinct())
        {
            var shares = harmless.Where(row => row.Method == method).Select(row => row.FalseRollback ?? 0).ToArray();
            var cells = worse.Where(row => row.Method == method).ToArray();
            var ratios = cells.Where(row => row is { LowerBoundSeconds: >= ShortestBound, OverBound: not null }).Select(row => row.OverBound ?? 0).Order().ToArray();
            var delays = cells.Select(row => row.MedianDelaySeconds ?? double.PositiveInfinity).Order().ToArray();
            table.Add(
                method,
                shares.Length == 0 ? "" : Pivot.Percent(shares.Average()),
                shares.Length == 0 ? "" : Pivot.Percent(shares.Max()),
                string.Create(CultureInfo.InvariantCulture, $"{delays.Count(double.IsFinite)} of {delays.Length}"),
                ratios.Length == 0 ? "" : Table.Number(Checks.Median(ratios)),
                delays.Length == 0 ? "" : double.IsFinite(Checks.Median(delays)) ? $"{Table.Number(Checks.Median(delays))} s" : "over 1 h",
                cells.Length == 0 ? "" : Table.Number(cells.Average(row => row.BadRequests)));
        }

        return table.ToString();
    }
}
