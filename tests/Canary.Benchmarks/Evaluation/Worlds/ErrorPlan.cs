namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>What happens in one rollout, before chance decides on each request.</summary>
/// <param name="At">Traffic in a block, from 0.</param>
internal sealed record ErrorPlan(Func<int, ErrorMoment> At)
{
    /// <summary>First blocks of the planned steps after the first.</summary>
    public IReadOnlyList<int> Steps { get; init; } = [];

    public ClusterLaw Clusters { get; init; } = ClusterLaw.Single;

    /// <summary>Share of bad requests of one of the stable version's <see cref="PodHistory.Pods"/> pods before the rollout, by block and pod; null for the baseline's of the plan.</summary>
    public Func<int, int, double>? Past { get; init; }
}
