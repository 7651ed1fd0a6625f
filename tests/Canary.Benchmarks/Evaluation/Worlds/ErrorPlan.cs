using Canary.Benchmarks.Evaluation.Sampling;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>What happens in one rollout, before chance decides on each request.</summary>
/// <param name="At">Traffic in a block, from 0.</param>
internal sealed record ErrorPlan(Func<int, ErrorMoment> At)
{
    /// <summary>First blocks of the planned steps after the first.</summary>
    public IReadOnlyList<int> Steps { get; init; } = [];

    public ClusterLaw Clusters { get; init; } = ClusterLaw.Single;

    /// <summary>What the half hour before was like for two groups of stable pods that share the traffic as the arms will.</summary>
    public Func<Chance, Func<int, ErrorMoment>>? Past { get; init; }

}
