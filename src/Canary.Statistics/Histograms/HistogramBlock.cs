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
