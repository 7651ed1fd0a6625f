namespace Canary.Statistics;

/// <summary>What happened in both arms between two readings, as counts per bucket of one common layout.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record HistogramBlock
{
    /// <summary>Makes a block of checked counts.</summary>
    /// <param name="bounds">Upper bounds of the buckets but the last, in the unit of the histogram: at least one, finite, greater than 0, increasing. The last bucket has no upper bound.</param>
    /// <param name="candidate">Requests of the candidate in each bucket (not cumulative), one more than bounds; counts in [0, 2^53].</param>
    /// <param name="baseline">Requests of the baseline in each bucket (not cumulative), one more than bounds; counts in [0, 2^53].</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase, or a list has the wrong length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound or a count is out of its range.</exception>
    public HistogramBlock(NumberList bounds, NumberList candidate, NumberList baseline)
    {
        BucketLayout.Require(bounds);
        Bounds = bounds;
        Candidate = BucketLayout.RequireCounts(bounds, candidate, nameof(candidate));
        Baseline = BucketLayout.RequireCounts(bounds, baseline, nameof(baseline));
        CandidateRequests = Require.Count(candidate.Sum(), nameof(candidate));
        BaselineRequests = Require.Count(baseline.Sum(), nameof(baseline));
    }

    /// <summary>Upper bounds of all buckets but the last, increasing.</summary>
    public NumberList Bounds { get; }

    /// <summary>Requests of the candidate per bucket.</summary>
    public NumberList Candidate { get; }

    /// <summary>Requests of the baseline per bucket.</summary>
    public NumberList Baseline { get; }

    /// <summary>All requests of the candidate.</summary>
    public double CandidateRequests { get; }

    /// <summary>All requests of the baseline.</summary>
    public double BaselineRequests { get; }

    /// <summary>Whether both arms had traffic.</summary>
    public bool IsInformative => CandidateRequests > 0 && BaselineRequests > 0;

    /// <summary>Makes a block of numbers that came from outside and may be wrong.</summary>
    /// <param name="bounds">Upper bounds of the buckets but the last.</param>
    /// <param name="candidate">Requests of the candidate in each bucket.</param>
    /// <param name="baseline">Requests of the baseline in each bucket.</param>
    /// <returns>The block; null when the bounds do not increase, a length is wrong, or a number is no count.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static HistogramBlock? CreateOrDefault(NumberList bounds, NumberList candidate, NumberList baseline)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(baseline);
        return BucketLayout.IsLayout(bounds) && AreCounts(bounds, candidate) && AreCounts(bounds, baseline) ? new(bounds, candidate, baseline) : null;
    }

    /// <summary>Adds another block with the same bounds to this one, as if they had been read as one: how pods are merged.</summary>
    /// <param name="other">The other block.</param>
    /// <returns>The sum of all counts, exact for whole numbers.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="other"/> has other bounds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A sum is above 2^53.</exception>
    public HistogramBlock Plus(HistogramBlock other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Bounds.Equals(other.Bounds)
            ? new(Bounds, Candidate.Plus(other.Candidate), Baseline.Plus(other.Baseline))
            : throw new ArgumentException("Blocks with other bounds cannot be added; bring both to common bounds first.", nameof(other));
    }

    /// <summary>Counts requests slower than a bound as bad: the form of a service level objective.</summary>
    /// <param name="boundIndex">Position of the bound in <see cref="Bounds"/>.</param>
    /// <returns>Requests of both arms, and those above the bound.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such bound.</exception>
    public CountBlock Exceedances(int boundIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(boundIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(boundIndex, Bounds.Count);

        // the sums are taken in one order only for whole numbers; a fraction may round above the whole
        return new(
            CandidateRequests,
            BaselineRequests,
            Math.Min(Above(Candidate, boundIndex), CandidateRequests),
            Math.Min(Above(Baseline, boundIndex), BaselineRequests));
    }

    private static bool AreCounts(NumberList bounds, NumberList counts)
    {
        var sum = 0.0;
        foreach (var count in counts)
        {
            // a sum of counts is none when a part is none: NaN, negative or infinite
            sum = Require.IsCount(count) ? sum + count : double.NaN;
        }

        return counts.Count == bounds.Count + 1 && Require.IsCount(sum);
    }

    private static double Above(NumberList counts, int boundIndex)
    {
        var sum = 0.0;
        for (var bucket = boundIndex + 1; bucket < counts.Count; bucket++)
        {
            sum += counts[bucket];
        }

        return sum;
    }
}
