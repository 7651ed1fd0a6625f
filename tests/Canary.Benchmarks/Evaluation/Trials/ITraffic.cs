using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>The traffic of one simulated rollout. One caller at a time.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
internal interface ITraffic<TBlock>
{
    /// <summary>The stable version alone before the rollout, on both arms; empty where no test needs a reference.</summary>
    IReadOnlyList<TBlock> History { get; }

    /// <summary>The dispersion that was measured on pods of the stable version before the rollout, as the product measures it; null when it was not.</summary>
    DispersionEstimate? Dispersion { get; }

    /// <summary>The next ten seconds.</summary>
    Reading<TBlock> Next();
}
