namespace Canary.Statistics;

/// <summary>How a gauge moves when nothing changes: learned from stable pods compared with stable pods.</summary>
/// <remarks>Immutable; equal by value. Without it a gauge that drifts slowly, as most do, cannot be told from one that a candidate has raised.</remarks>
public sealed record GaugeHistory
{
    /// <summary>Samples that an hour of 10-second readings has; fewer say too little about slow drift.</summary>
    public const int DefaultLeastSamples = 360;

    // the estimate of the correlation is raised to where it rarely is too small, and no higher
    private const double LargestCorrelation = 0.995;

    // room for a variance that was luckily small
    private const double Inflation = 1.3;

    // a gauge that never moved is taken to move by a thousandth
    private const double SmallestVariance = 1e-6;

    private GaugeHistory(double correlation, double variance, int samples)
    {
        Correlation = correlation;
        Variance = variance;
        Samples = samples;
    }

    /// <summary>Correlation of neighbouring readings, raised by its bias and its standard error; in [0, 0.995].</summary>
    public double Correlation { get; }

    /// <summary>Mean squared surprise: what a reading differs by from what the one before lets expect, raised by 30 %; greater than 0.</summary>
    public double Variance { get; }

    /// <summary>Readings that were used.</summary>
    public int Samples { get; }

    /// <summary>Learns from readings of stable pods against other stable pods.</summary>
    /// <param name="logRatios">Natural logarithms of the ratio of both groups' means, one per scrape, in order, at the interval of the rollout's blocks; what is not finite is a gap.</param>
    /// <param name="leastSamples">Readings needed, at least 30.</param>
    /// <returns>The history; null when there are too few finite readings.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="logRatios"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="leastSamples"/> is less than 30.</exception>
    /// <remarks>Bias and standard error of the correlation: M. H. Quenouille, F. H. C. Marriott and J. A. Pope, Biometrika 41 (1954): (1 + 3 phi) / n and sqrt((1 - phi^2) / n).</remarks>
    public static GaugeHistory? LearnOrDefault(IReadOnlyList<double> logRatios, int leastSamples = DefaultLeastSamples)
    {
        ArgumentNullException.ThrowIfNull(logRatios);
        ArgumentOutOfRangeException.ThrowIfLessThan(leastSamples, 30);
        var readings = logRatios.Where(double.IsFinite).ToArray();
        if (readings.Length < leastSamples)
        {
            return null;
        }

        var correlation = Raised(NeighbourCorrelation(logRatios, readings.Average()), readings.Length);
        var squares = 0.0;
        var pairs = 0;
        for (var i = 1; i < logRatios.Count; i++)
        {
            // from zero, not from the mean: groups that always differ are no reason to be surer
            var surprise = logRatios[i] - correlation * logRatios[i - 1];
            if (double.IsFinite(surprise))
            {
                squares += surprise * surprise;
                pairs++;
            }
        }

        return pairs == 0 ? null : new(correlation, Widened(squares / pairs), readings.Length);
    }

    /// <summary>The history from its numbers, as stored.</summary>
    /// <param name="correlation">In [0, 0.995].</param>
    /// <param name="variance">Finite, greater than 0.</param>
    /// <param name="samples">At least 1.</param>
    /// <returns>The history.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static GaugeHistory Of(double correlation, double variance, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        Require.BelowOne(correlation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correlation, LargestCorrelation);
        return new(correlation, Require.Positive(variance), samples);
    }

    /// <summary>A measured variance with room for luck.</summary>
    internal static double Widened(double variance) => Math.Max(SmallestVariance, Inflation * variance);

    /// <summary>A measured correlation, raised to where it rarely is too small.</summary>
    internal static double Raised(double correlation, int samples) => Math.Clamp(
        correlation + (1 + 3 * correlation) / samples + Math.Sqrt((1 - correlation * correlation) / samples),
        0,
        LargestCorrelation);

    private static double NeighbourCorrelation(IReadOnlyList<double> readings, double mean)
    {
        var products = 0.0;
        var squares = 0.0;
        for (var i = 0; i < readings.Count; i++)
        {
            var now = readings[i] - mean;
            if (!double.IsFinite(now))
            {
                continue;
            }

            squares += now * now;
            var before = i == 0 ? double.NaN : readings[i - 1] - mean;
            products += double.IsFinite(before) ? now * before : 0;
        }

        return squares == 0 ? 0 : Math.Clamp(products / squares, -1, 1);
    }
}
