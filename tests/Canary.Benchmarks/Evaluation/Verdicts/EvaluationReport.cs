using System.Globalization;
using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Scenarios;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Evaluation.Verdicts;

/// <summary>Tells the evaluation in words and tables short enough to read; the rows themselves are in the JSON file.</summary>
internal sealed class EvaluationReport(IReadOnlyList<EvaluationRow> rows, IReadOnlyList<Check> checks, ulong seed)
{
    private const string Typical = "100 rps, w 10%";

    public string Write() => $"""
        Simulated rollouts of an hour: Poisson traffic, read every 10 s as Prometheus would be; bad requests by chance, or latencies with a median of 100 ms and a p99 of 404 ms
        (lognormal), in the default buckets of client libraries ("def") and in those of a native histogram ("fine"). Every method sees the same rollouts. Unless said otherwise *ours*
        has no margin, and alpha is 1 %. "rps" is requests a second of both arms, "w" the candidate's share of them. Seed {seed}; {rows.DistinctBy(row => (row.Table, row.Scenario)).Count()} scenarios,
        {rows.DistinctBy(row => (row.Table, row.Scenario)).Sum(row => (double)rows.Where(other => other.Table == row.Table && other.Scenario == row.Scenario).Max(other => other.Replicates)).ToString("N0", CultureInfo.InvariantCulture)} rollouts.

        - **false rollback**: share of rollouts of a harmless candidate that were rolled back within the hour.
        - **delay**: median seconds until the rollback, of all rollouts; "–" when half of them saw none, with the share of those that did in brackets where it is not all.
        - **bound**: the information bound ln(1/alpha) / I: no method that keeps a false rollback of 1 % against an unknown baseline is sooner on average. A method may be below it by
          breaking that promise, and a median may by being one.
        - **bad requests served**: those that the candidate answered until then, or in the hour, above what the stable version would have answered badly in their place; mean. For
          latencies, requests slower than the stable version's p99.
        - The rules of others are modelled on their source, with the thresholds of their examples: 99 % of the minute's requests succeed; its p99 is at most 500 ms.

        ### What must hold

        {string.Join('\n', checks.Select(check => $"- {check}"))}

        ### Error counts: T1 (45 cells, nothing wrong) and T2 (60 cells, error rate up)

        {Comparison.Write(Of("T1"), Of("T2"))}
        The same for one usual size, {Typical}: delay in seconds, and bad requests served until then.

        {Usual("T2")}
        ### Latencies: T3 (15 cells, nothing wrong) and T4 (75 cells, slower)

        {Comparison.Write(Of("T3"), Of("T4"))}
        {Usual("T4")}
        ### T5: the same version in traffic that is not so simple

        False rollback; {Typical} unless the weight climbs in steps, 1 % bad. "Measured phi" divides the evidence by the dispersion that was measured on pods of the stable version.

        {Pivot.Write(Of("T5"), "ours, phi 1", RobustScenarios.Tempered, RobustScenarios.SecondKey, RobustScenarios.PodMargin, "ours, as by default", "z every 60 s, 1 %", "Flagger-like, 5", "Argo-like, 3", "Kayenta every 5 min")}
        ### T6: the price of robustness

        {Pivot.Write([.. Of("T6").Where(row => row.Scenario.EndsWith(Typical, StringComparison.Ordinal))])}
        ### T7: acceptance of error counts (beta 5 %)

        {Acceptance()}
        ### T8: rollouts in steps of 12 minutes, 1-5-10-25-50 %, 0.5 % bad

        *Ours* stakes half of its budget at the start and the rest in equal parts at the later steps. The 10 % step begins at 1440 s, the 25 % step at 2160 s; delays count from the start.

        {Pivot.Write(Of("T8"), "ours", "ours, all at start", "ours, a fifth each", "z every 60 s, 1 %", "Flagger-like, 5", "Argo-like, 3", "Kayenta every 5 min")}
        ### T12: latencies that move, margins, requests that stall together, a fixed pool ({Typical})

        {Sections("T12")}
        ### Beyond the reference

        Latency regressions that no alternative was made for, and a service with answers around 20 and 300 ms (a cache); {Typical}.

        {Pivot.Write([.. Of("N7").Where(row => row.Scenario.EndsWith(Typical, StringComparison.Ordinal))])}
        Acceptance of latencies at the bounds nearest p50, p90 and p99: delay for an equal candidate, false acceptance of one on the margin.

        {Pivot.Write([.. Of("N1").Where(row => row.Scenario.Contains(Typical, StringComparison.Ordinal))])}
        The quantile p99 with a margin of 20 %, which asks for traffic in which nothing moves.

        {Pivot.Write([.. Of("N2").Where(row => row.Scenario.EndsWith(Typical, StringComparison.Ordinal) || row.Scenario.Contains(QuantileScenarios.Moving, StringComparison.Ordinal))])}
        The guard of the traffic share, which is all that sees requests that hang.

        {Pivot.Write([.. Of("N3").Where(row => row.Scenario.EndsWith(Typical, StringComparison.Ordinal))])}
        Ten metrics of the same requests ({Typical}, 0.5 % bad): a share of wrong calls, the delay, or both.

        {Pivot.Write(Of("N4"))}
        Closed loops: users who wait for an answer before they ask again, so that a slow candidate lowers its own traffic.

        {Pivot.Write(Of("N5"))}
        Users who stay with an arm for five minutes and 150 requests, on average: false rollback of the same version, and the delay for one that fails 3 % more.

        {Pivot.Write(Of("N6"), "ours", "ours, margin 1.1", "ours, margin 1.5", "ours, phi 10", StickyScenarios.Whole, "ours, second key", "ours, second key of 60 s", "ours, second key of 120 s", "ours, second key of 300 s", "z every 60 s, 1 %", "Flagger-like, 5", "Argo-like, 3", "Kayenta every 5 min")}
        """;

    private EvaluationRow[] Of(string table) => [.. rows.Where(row => row.Table == table)];

    private string Usual(string name)
    {
        var cells = Of(name).Where(row => row.Scenario.EndsWith(Typical, StringComparison.Ordinal)).ToArray();
        var scenarios = cells.Select(row => row.Scenario).Distinct().ToArray();
        var table = new Table(["method", .. scenarios.Select(scenario => scenario[..^(Typical.Length + 2)])]);
        table.Add(["*bound*", .. scenarios.Select(scenario => Table.Number(cells.First(row => row.Scenario == scenario).LowerBoundSeconds ?? double.NaN))]);
        foreach (var method in cells.Select(row => row.Method).Distinct())
        {
            table.Add([method, .. scenarios.Select(scenario => cells.First(row => row.Scenario == scenario && row.Method == method)).Select(row => $"{Pivot.Cell(row)}; {Table.Number(row.BadRequests)}")]);
        }

        return table.ToString();
    }

    private string Acceptance()
    {
        var table = new Table("margin", "accepted by half of the rollouts", "median delay / bound, cells of 20 s and more", "false acceptance on the margin, mean", "worst");
        foreach (var margin in Of("T7").GroupBy(row => row.Scenario.Split(", ")[1]))
        {
            var good = margin.Where(row => row.DetectedShare is not null).ToArray();
            var ratios = good.Where(row => row is { LowerBoundSeconds: >= 20, OverBound: not null }).Select(row => row.OverBound ?? 0).Order().ToArray();
            var wrong = margin.Where(row => row.FalseAcceptance is not null).Select(row => row.FalseAcceptance ?? 0).ToArray();
            table.Add(
                margin.Key,
                string.Create(CultureInfo.InvariantCulture, $"{good.Count(row => row.MedianDelaySeconds is not null)} of {good.Length} cells"),
                ratios.Length == 0 ? "–" : Table.Number(Checks.Median(ratios)),
                Pivot.Percent(wrong.Average()),
                Pivot.Percent(wrong.Max()));
        }

        return table.ToString();
    }

    // scenarios that the same methods judged, in one table each
    private string Sections(string name) => string.Join(
        '\n', Of(name).GroupBy(row => row.Scenario).GroupBy(scenario => string.Join('|', scenario.Select(row => row.Method))).Select(group => Pivot.Write([.. group.SelectMany(scenario => scenario)])));
}
