using System.Globalization;
using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Scenarios;
using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Evaluation.Verdicts;

/// <summary>What must hold, checked on the rows.</summary>
/// <remarks>A share may lie above its promise by chance: a table of cells that all keep it exactly is called broken with a probability of at most 1 %, and so is their mean.</remarks>
internal static class Checks
{
    private const double FalseRollback = 0.01;
    private const double FalseAcceptance = 0.05;
    private const double FalseDiscoveries = 0.1;
    private const double WrongAlarm = 0.01;
    private const double ShortestBound = 20; // seconds: below it the ten seconds of a block are the limit

    public static IReadOnlyList<Check> Of(IReadOnlyList<EvaluationRow> rows, EvaluationSize size) =>
    [
        Share("false rollback of error counts at most 1 % in each T1 cell", Ours(rows, "T1"), row => row.FalseRollback, FalseRollback),
        Ratio("T2 delay at most 1.25 x the information bound, median over cells with a bound of 20 s or more", rows.Where(row => row.Table == "T2" && row.Method == CountMethods.OursName), 1.25, size),
        Share("false rollback of latencies at most 1 % in each T3 cell", Ours(rows, "T3"), row => row.FalseRollback, FalseRollback),
        Ratio("T4 delay at most 1.7 x the information bound, median over cells and layouts with a bound of 20 s or more", AsInRollouts(rows, "T4"), 1.7, size),
        Ratio("T4 the same with the alternatives of the specification", Ours(rows, "T4").Except(AsInRollouts(rows, "T4")), 1.7, size),
        Ratio("N7 delay over the information bound for regressions that no alternative was made for, as in rollouts", AsInRollouts(rows, "N7"), null, size),
        Ratio("N7 the same with the alternatives of the specification", Ours(rows, "N7").Except(AsInRollouts(rows, "N7")), null, size),
        Share("T5 false rollback at most 1 % with the measured dispersion where errors come in clusters, bursts and waves (S0 to S7, S10)", T5(rows, RobustScenarios.Tempered).Where(row => !row.Scenario.StartsWith("S8", StringComparison.Ordinal) && !row.Scenario.StartsWith("S9", StringComparison.Ordinal)), row => row.FalseRollback, FalseRollback),
        Share("T5 false rollback at most 1 % with the second key where each arm has its own bursts (S8)", T5(rows, RobustScenarios.SecondKey).Where(row => row.Scenario.StartsWith("S8", StringComparison.Ordinal)), row => row.FalseRollback, FalseRollback),
        Share("T5 false rollback at most 1 % with the margin for pods where pods differ for good (S9)", T5(rows, RobustScenarios.PodMargin).Where(row => row.Scenario.StartsWith("S9", StringComparison.Ordinal)), row => row.FalseRollback, FalseRollback),
        Share("T6 false rollback at most 1 % with the measured dispersion", rows.Where(row => row.Table == "T6" && row.Method == RobustScenarios.Tempered), row => row.FalseRollback, FalseRollback),
        Share("T7 false acceptance on the margin at most 5 %", Ours(rows, "T7"), row => row.FalseAcceptance, FalseAcceptance),
        Share("T12 false rollback of latencies at most 1 % with drift, bursts, a fixed pool, and stalls with their size for phi", rows.Where(row => row.Table == "T12" && LatencyExtraScenarios.Promises(row.Scenario, row.Method)), row => row.FalseRollback, FalseRollback),
        Share("N1 false acceptance of latencies on the margin at most 5 %", Ours(rows, "N1"), row => row.FalseAcceptance, FalseAcceptance),
        Share("N2 false rollback of p99 with a margin at most 1 %, where nothing moves", Ours(rows, "N2").Where(row => !row.Scenario.Contains(QuantileScenarios.Moving, StringComparison.Ordinal)), row => row.FalseRollback, FalseRollback),
        Share("N2 false acceptance of p99 on the margin at most 5 %", Ours(rows, "N2"), row => row.FalseAcceptance, FalseAcceptance),
        Share("N3 false alarms of the traffic guard at most 1 % with the dispersion of the groups", rows.Where(row => row is { Table: "N3", Method: GuardScenarios.Grouped }), row => row.FalseRollback, FalseRollback),
        Share("N4 verdict of ten metrics at most 1 % false, and at most 1 % blame a good metric by closed testing", rows.Where(row => row.Table == "N4" && !row.Method.StartsWith("e-BH", StringComparison.Ordinal)), row => row.FalseRollback, FalseRollback),
        Share("N4 false discoveries of e-BH at most 10 % of the list, on average", rows.Where(row => row.Table == "N4" && row.Method.StartsWith("e-BH", StringComparison.Ordinal)), row => row.FalseRollback, FalseDiscoveries),
        Share("N5 false rollback of latencies at most 1 % in closed loops", Ours(rows, "N5"), row => row.FalseRollback, FalseRollback),
        Share("N6 false rollback at most 1 % where users stay with an arm, if they are alike or phi is what one of them may fail", rows.Where(row => row.Table == "N6" && (row.Method == StickyScenarios.Whole || (row.Method == CountMethods.OursName && row.Scenario.StartsWith(StickyScenarios.Alike, StringComparison.Ordinal)))), row => row.FalseRollback, FalseRollback),
        Share("T8 false rollback in steps at most 1 %, however the budget is staked", Ours(rows, "T8"), row => row.FalseRollback, FalseRollback),
    ];

    private static IEnumerable<EvaluationRow> Ours(IReadOnlyList<EvaluationRow> rows, string table) =>
        rows.Where(row => row.Table == table && row.Method.StartsWith(CountMethods.OursName, StringComparison.Ordinal));

    private static IEnumerable<EvaluationRow> AsInRollouts(IReadOnlyList<EvaluationRow> rows, string table) =>
        rows.Where(row => row.Table == table && LatencyMethods.Layouts.Any(layout => row.Method == LatencyMethods.OursName(layout)));

    private static IEnumerable<EvaluationRow> T5(IReadOnlyList<EvaluationRow> rows, string method) => rows.Where(row => row.Table == "T5" && row.Method == method);

    private static Check Share(string promise, IEnumerable<EvaluationRow> rows, Func<EvaluationRow, double?> share, double most)
    {
        var cells = rows.Where(row => share(row) is not null).ToArray();
        if (cells.Length == 0)
        {
            return new(promise, null, "");
        }

        var above = cells.Where(row => share(row) > most).ToArray();
        var broken = above.Where(row => AtLeast(Math.Round((share(row) ?? 0) * row.Replicates), row.Replicates, most) < WrongAlarm / cells.Length).ToArray();
        var all = cells.Sum(row => (double)row.Replicates);
        var mean = cells.Sum(row => (share(row) ?? 0) * row.Replicates) / all;
        var worst = cells.MaxBy(share)!; // there are cells, each with a share
        var listed = string.Join("; ", above.OrderByDescending(share).Take(3).Select(row => $"{row.Scenario}, {row.Method}: {Pivot.Percent(share(row) ?? 0)} ± {Pivot.Percent(row.MonteCarloError)} of {row.Replicates}"));
        return new(promise, broken.Length == 0 && AtLeast(Math.Round(mean * all), all, most) >= WrongAlarm, string.Create(
            CultureInfo.InvariantCulture,
            $"Mean {Pivot.Percent(mean)} over {cells.Length} cells, worst {Pivot.Percent(share(worst) ?? 0)}; {above.Length} above the promise, {broken.Length} by more than chance{(listed.Length > 0 ? $" ({listed})" : "")}."));
    }

    private static Check Ratio(string promise, IEnumerable<EvaluationRow> rows, double? most, EvaluationSize size)
    {
        var cells = rows.Where(row => row is { LowerBoundSeconds: >= ShortestBound, OverBound: not null }).ToArray();
        if (cells.Length == 0)
        {
            return new(promise, null, "");
        }

        var ratios = cells.Select(row => row.OverBound ?? 0).Order().ToArray();
        var median = Median(ratios);
        var noise = size == EvaluationSize.Default || most is null ? 0 : 2 * most.Value / Math.Sqrt(cells.Sum(row => (double)row.Replicates)); // few replicates: three standard errors, about
        var sharper = cells.Where(row => row.SharperBoundSeconds is not null).Select(row => row.MedianDelaySeconds / row.SharperBoundSeconds ?? 0).Order().ToArray();
        return new(promise, most is null ? null : median <= most + noise, string.Create(
            CultureInfo.InvariantCulture,
            $"Median {median:0.000}, from {ratios[0]:0.00} to {ratios[^1]:0.00}, over {cells.Length} cells{(noise > 0 ? $"; {noise:0.00} more is allowed at this size" : "")}{(sharper.Length > 0 ? $"; {Median(sharper):0.000} against the sharper bound of the claim that is tested" : "")}."));
    }

    // the upper tail of the binomial law
    private static double AtLeast(double count, double trials, double probability)
    {
        var tail = 0.0;
        for (var value = count; value <= trials; value++)
        {
            var term = Math.Exp(Factorials.Log(trials) - Factorials.Log(value) - Factorials.Log(trials - value) + value * Math.Log(probability) + (trials - value) * Math.Log(1 - probability));
            tail += term;
            if (term < 1e-12 * tail)
            {
                break;
            }
        }

        return tail;
    }

    public static double Median(IReadOnlyList<double> sorted) => (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
}
