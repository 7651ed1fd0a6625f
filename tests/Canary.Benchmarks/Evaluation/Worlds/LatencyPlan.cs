using Canary.Benchmarks.Evaluation.Sampling;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>What happens in one rollout, before chance decides on each request.</summary>
/// <param name="At">Traffic in a block, from 0; before 0 the stable version alone, on both arms.</param>
internal sealed record LatencyPlan(Func<int, LatencyMoment> At)
{
    /// <summary>First blocks of the planned steps after the first.</summary>
    public IReadOnlyList<int> Steps { get; init; } = [];

    /// <summary>Changes a block after it was drawn, such as by requests that stall together.</summary>
    public Action<Chance, LatencyBlock>? Disturbance { get; init; }
}
