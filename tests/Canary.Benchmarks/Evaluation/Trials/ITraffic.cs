namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>The traffic of one simulated rollout. One caller at a time.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
internal interface ITraffic<TBlock>
{
    /// <summary>The stable version alone, before the rollout: blocks whose arms are two random halves or shares of its pods.</summary>
    IReadOnlyList<TBlock> History { get; }

    /// <summary>The next ten seconds.</summary>
    Reading<TBlock> Next();
}
