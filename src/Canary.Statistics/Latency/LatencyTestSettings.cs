namespace Canary.Statistics;

/// <summary>What a latency test asks. Fixed before the first block.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record LatencyTestSettings
{
    /// <summary>Makes checked settings.</summary>
    /// <param name="marginRatio">r0: at every bound the candidate may have r0 times the baseline's share of slower requests plus d0. Finite, greater than 0.</param>
    /// <param name="marginDifference">d0, a share of requests in [0, 1). Above 0.0005 it hides the far tail.</param>
    /// <param name="dispersion">Largest number of requests that are slow together, or a measured substitute. Finite, at least 1.</param>
    /// <param name="halfLifeBlocks">Half-life of the running baseline distribution, blocks. Finite, greater than 0.</param>
    /// <param name="smoothing">Requests added to each bucket of that distribution. Finite, greater than 0.</param>
    /// <param name="minimumReferenceRequests">Baseline requests to collect before the test starts, a count of at least 1.</param>
    /// <param name="acceptance">The acceptance test of the exceedances at each bound; null for <see cref="CountTestSettings.Acceptance"/> with <paramref name="dispersion"/>.</param>
    /// <param name="search">Which ways of being slower the test looks for. <see cref="Rollback"/> takes the broad search, which is quicker.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="acceptance"/> is a rollback test.</exception>
    public LatencyTestSettings(
        double marginRatio = StatisticsDefaults.RollbackMarginRatio,
        double marginDifference = StatisticsDefaults.RollbackMarginDifference,
        double dispersion = StatisticsDefaults.Dispersion,
        double halfLifeBlocks = StatisticsDefaults.LatencyHalfLifeBlocks,
        double smoothing = StatisticsDefaults.LatencySmoothing,
        double minimumReferenceRequests = StatisticsDefaults.LatencyMinimumReferenceRequests,
        CountTestSettings? acceptance = null,
        LatencySearch search = LatencySearch.Specified)
    {
        MarginRatio = Require.Positive(marginRatio);
        MarginDifference = Require.BelowOne(marginDifference);
        Dispersion = Require.AtLeastOne(dispersion);
        HalfLifeBlocks = Require.Positive(halfLifeBlocks);
        Search = search;
        Smoothing = Require.Positive(smoothing);
        MinimumReferenceRequests = Require.Count(Require.AtLeastOne(minimumReferenceRequests));
        Acceptance = acceptance ?? CountTestSettings.Acceptance(dispersion: dispersion);
        if (Acceptance.SeeksWorse)
        {
            throw new ArgumentException("Acceptance needs alternatives below 1.", nameof(acceptance));
        }
    }

    /// <summary>r0, greater than 0.</summary>
    public double MarginRatio { get; }

    /// <summary>d0, a share of requests in [0, 1).</summary>
    public double MarginDifference { get; }

    /// <summary>Divides all evidence in log space; at least 1.</summary>
    public double Dispersion { get; }

    /// <summary>Half-life of the running baseline distribution, blocks.</summary>
    public double HalfLifeBlocks { get; }

    /// <summary>Requests added to each bucket of that distribution.</summary>
    public double Smoothing { get; }

    /// <summary>Baseline requests to collect before the test starts.</summary>
    public double MinimumReferenceRequests { get; }

    /// <summary>The acceptance test of the exceedances at each bound.</summary>
    public CountTestSettings Acceptance { get; }

    /// <summary>Which ways of being slower the test looks for.</summary>
    public LatencySearch Search { get; }

    internal double Retention => Math.Pow(0.5, 1.0 / HalfLifeBlocks);

    /// <summary>Settings for a rollout: the broad search.</summary>
    /// <param name="marginRatio">r0, greater than 0.</param>
    /// <param name="marginDifference">d0, a share of requests in [0, 1).</param>
    /// <param name="dispersion">At least 1.</param>
    /// <param name="halfLifeBlocks">Half-life of the running baseline distribution, blocks; greater than 0.</param>
    /// <param name="minimumReferenceRequests">Baseline requests to collect before the test starts, at least 1.</param>
    /// <param name="acceptance">The acceptance test of the exceedances at each bound; null for the default.</param>
    /// <returns>Settings with <see cref="LatencySearch.Broad"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="acceptance"/> is a rollback test.</exception>
    public static LatencyTestSettings Rollback(
        double marginRatio = StatisticsDefaults.RollbackMarginRatio,
        double marginDifference = StatisticsDefaults.RollbackMarginDifference,
        double dispersion = StatisticsDefaults.Dispersion,
        double halfLifeBlocks = StatisticsDefaults.LatencyHalfLifeBlocks,
        double minimumReferenceRequests = StatisticsDefaults.LatencyMinimumReferenceRequests,
        CountTestSettings? acceptance = null) =>
        new(marginRatio, marginDifference, dispersion, halfLifeBlocks, minimumReferenceRequests: minimumReferenceRequests, acceptance: acceptance, search: LatencySearch.Broad);
}
