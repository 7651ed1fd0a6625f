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
    ];
}
