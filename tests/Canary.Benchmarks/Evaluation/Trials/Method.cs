namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>A rule with its name, ready to judge any number of rollouts.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
/// <param name="Name">The name in tables and files.</param>
/// <param name="Begin">A fresh rule for one rollout.</param>
internal sealed record Method<TBlock>(string Name, Func<ITraffic<TBlock>, IRule<TBlock>> Begin)
{
    /// <summary>The least time that a method with the same promise needs, on average, seconds; null takes the scenario's.</summary>
    public double? BoundSeconds { get; init; }

    /// <summary>The same against the wider claim that the test really makes; null where it is the same or not known.</summary>
    public double? SharperBoundSeconds { get; init; }

    /// <summary>How many of the scenario's replicates it judges at most, for costly rules.</summary>
    public int MostReplicates { get; init; } = int.MaxValue;
}
