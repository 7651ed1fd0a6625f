namespace Canary.Statistics;

/// <summary>Confidence sequences for quantiles of one arm, to be shown. Valid at all times together, while the distribution does not move.</summary>
/// <remarks>Source: docs/analysis.md; S. R. Howard, A. Ramdas, "Sequential estimation of quantiles", Bernoulli 28 (2022) for the idea of one test per value. Simulated in QuantileTests. Pure; thread-safe.</remarks>
public static class QuantileSequence
{
    /// <summary>The interval that a quantile lies in.</summary>
    /// <param name="bounds">Upper bounds of all buckets but the last, at least one, finite, greater than 0, increasing.</param>
    /// <param name="counts">All requests so far per bucket (not cumulative), one more than bounds; finite, 0 or more.</param>
    /// <param name="probability">The quantile; 0.99 is p99. In (0, 1).</param>
    /// <param name="errorProbability">Probability that the interval ever misses the quantile, in (0, 1).</param>
    /// <param name="dispersion">Requests that are slow together, at most; at least 1.</param>
    /// <returns>The interval.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase, or there is not one count more than bounds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static QuantileInterval Of(
        NumberList bounds,
        NumberList counts,
        double probability,
        double errorProbability = StatisticsDefaults.IntervalErrorProbability,
        double dispersion = StatisticsDefaults.Dispersion)
    {
        BucketLayout.Require(bounds);
        ArgumentNullException.ThrowIfNull(counts);
        BucketLayout.RequireLength(bounds, counts, nameof(counts));
        foreach (var count in counts)
        {
            Require.NotNegative(count, nameof(counts));
        }

        var share = 1 - Require.Probability(probability);
        var enough = Thresholds.LogThreshold(errorProbability / 2) * Require.AtLeastOne(dispersion);
        var more = ExceedanceEvidence.More(share);
        var fewer = ExceedanceEvidence.Fewer(share);
        var (lower, upper) = (0.0, double.PositiveInfinity);
        var total = counts.Sum();
        var slower = total;
        for (var i = 0; i < bounds.Count; i++)
        {
            // a fraction may round below nothing
            slower = Math.Max(0, slower - counts[i]);
            if (more.Of(slower, total) >= enough)
            {
                lower = bounds[i];
            }
            else if (fewer.Of(slower, total) >= enough)
            {
                upper = bounds[i];
                break;
            }
        }

        return new(lower, upper);
    }
}
