using Canary.Benchmarks.Evaluation.Scenarios;

namespace Canary.Benchmarks.Evaluation;

/// <summary>All tables of the evaluation, in their order.</summary>
internal static class Parts
{
    public static IReadOnlyList<Part> All { get; } =
    [
        new("T1", "False rollback within an hour, error counts, both arms alike", CountScenarios.T1),
        new("T2", "Delay until an error-rate regression is seen", CountScenarios.T2),
        new("T3", "False rollback within an hour, latencies, both arms alike", LatencyScenarios.T3),
        new("T4", "Delay until a latency regression is seen", LatencyScenarios.T4),
        new("T5", "False rollback within an hour in traffic that is not so simple (100 rps, w 10%, 1% bad)", RobustScenarios.T5),
        new("T6", "The price of robustness", PriceScenarios.T6),
        new("T7", "Acceptance of error counts at 5 %: delay for an equally good candidate, false acceptance on the margin", AcceptanceScenarios.T7),
        new("T8", "Rollouts in steps 1-5-10-25-50 %, 12 minutes each: late regressions, and how the budget is staked", RampScenarios.T8),
        new("T12", "Latencies: drift, margins, requests that stall together, a fixed pool (100 rps, w 10%)", LatencyExtraScenarios.T12),
        new("N1", "Acceptance of latencies at 5 %", LatencyAcceptanceScenarios.N1),
        new("N2", "The quantile p99 with a margin of 20 %", QuantileScenarios.N2),
        new("N3", "The guard of the traffic share, and requests that hang", GuardScenarios.N3),
        new("N4", "Ten metrics of the same requests: the verdict, e-BH and closed testing", ManyMetrics.N4),
        new("N5", "Closed loops: users who wait for an answer before they ask again", ClosedLoopScenarios.N5),
        new("N6", "False rollback within an hour with users who stay with an arm", StickyScenarios.N6),
        new("N7", "Delay until a latency regression is seen that no alternative was made for", LatencyScenarios.N7),
    ];
}
