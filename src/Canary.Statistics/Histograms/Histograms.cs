namespace Canary.Statistics;

/// <summary>Reads Prometheus' classic histograms: cumulative counts per upper bound, the last of them for +Inf.</summary>
/// <remarks>Pure; thread-safe.</remarks>
public static class Histograms
{
    /// <summary>Raises every cumulative count that is below its predecessor to it. Buckets scraped one after the other can be out of order by a few requests.</summary>
    /// <param name="cumulative">Cumulative counts in order of their bounds, each a count in [0, 2^53]; may be empty.</param>
    /// <returns>As many counts, none smaller than the one before.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cumulative"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    public static NumberList RepairMonotone(IReadOnlyList<double> cumulative)
    {
        ArgumentNullException.ThrowIfNull(cumulative);
        var repaired = new double[cumulative.Count];
        var largest = 0.0;
        for (var i = 0; i < repaired.Length; i++)
        {
            largest = Math.Max(largest, Require.Count(cumulative[i], nameof(cumulative)));
            repaired[i] = largest;
        }

        return NumberList.Own(repaired);
    }

    /// <summary>Counts per bucket of cumulative counts, which are made monotone first.</summary>
    /// <param name="cumulative">Cumulative counts in order of their bounds, the last for +Inf, each a count in [0, 2^53]; may be empty.</param>
    /// <returns>As many counts, each 0 or more; their sum is the largest cumulative count.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cumulative"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    public static NumberList BucketCounts(IReadOnlyList<double> cumulative)
    {
        var counts = RepairMonotone(cumulative).ToArray();
        for (var i = counts.Length - 1; i > 0; i--)
        {
            counts[i] -= counts[i - 1];
        }

        return NumberList.Own(counts);
    }

    /// <summary>Cumulative counts of counts per bucket.</summary>
    /// <param name="counts">Counts per bucket in order, each in [0, 2^53]; may be empty.</param>
    /// <returns>As many running sums.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="counts"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    public static NumberList Cumulative(IReadOnlyList<double> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var cumulative = new double[counts.Count];
        var sum = 0.0;
        for (var i = 0; i < cumulative.Length; i++)
        {
            sum += Require.Count(counts[i], nameof(counts));
            cumulative[i] = sum;
        }

        return NumberList.Own(cumulative);
    }

    /// <summary>A quantile as Prometheus' <c>histogram_quantile</c> shows it: linear within its bucket.</summary>
    /// <param name="bounds">Finite upper bounds, increasing, at least one; may be negative.</param>
    /// <param name="cumulative">Cumulative counts, one more than bounds, the last for +Inf; made monotone first.</param>
    /// <param name="probability">The quantile; 0.99 is p99. Outside [0, 1] gives an infinity, as in Prometheus.</param>
    /// <returns>The quantile in the unit of the bounds; never above the highest bound; NaN without requests or for a NaN probability.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There are no bounds, they do not increase, or the lengths do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not finite or a count is out of its range.</exception>
    /// <remarks>Checked against the expectations of Prometheus' own tests in HistogramsTests.</remarks>
    public static double Quantile(IReadOnlyList<double> bounds, IReadOnlyList<double> cumulative, double probability)
    {
        RequireBounds(bounds);
        var counts = RepairMonotone(cumulative);
        if (counts.Count != bounds.Count + 1)
        {
            throw new ArgumentException($"{bounds.Count} bounds need {bounds.Count + 1} cumulative counts; there are {counts.Count}.", nameof(cumulative));
        }

        var total = counts[^1];
        if (double.IsNaN(probability) || total == 0)
        {
            return double.NaN;
        }

        if (probability is < 0 or > 1)
        {
            return probability < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        return Interpolate(bounds, counts, probability);
    }

    /// <summary>A quantile in [0, 1] of checked, monotone cumulative counts with at least one request.</summary>
    internal static double Interpolate(IReadOnlyList<double> bounds, IReadOnlyList<double> counts, double probability)
    {
        var rank = probability * counts[^1];
        var bucket = 0;
        while (bucket < bounds.Count && counts[bucket] < rank)
        {
            bucket++;
        }

        if (bucket == bounds.Count)
        {
            return bounds[^1];
        }

        // the first bucket has no lower bound: it starts at 0 when it can, else only its upper bound is known
        if (bucket == 0 && bounds[0] <= 0)
        {
            return bounds[0];
        }

        var lower = bucket == 0 ? 0.0 : bounds[bucket - 1];
        var before = bucket == 0 ? 0.0 : counts[bucket - 1];
        var inside = counts[bucket] - before;
        return inside == 0 ? lower : lower + (bounds[bucket] - lower) * ((rank - before) / inside);
    }

    private static void RequireBounds(IReadOnlyList<double> bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        if (bounds.Count == 0)
        {
            throw new ArgumentException("A histogram has at least one finite bound.", nameof(bounds));
        }

        for (var i = 0; i < bounds.Count; i++)
        {
            Require.Finite(bounds[i], nameof(bounds));
            if (i > 0 && bounds[i] <= bounds[i - 1])
            {
                throw new ArgumentException($"Bounds increase; {bounds[i]} follows {bounds[i - 1]}.", nameof(bounds));
            }
        }
    }
}
