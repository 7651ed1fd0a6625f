namespace Canary.Statistics;

/// <summary>Sequential comparison of one quantile, with a margin: "p99 may be 20 % longer". May be looked at after every block, and stopped at any moment.</summary>
/// <remarks>
/// <para>Wherever the baseline's quantile lies, it lies in one bucket. For each bucket two one-sided tests speak, on the baseline against the quantile being there, and on the candidate against its own
/// quantile being as near as the margin then allows; the mean of both is evidence if the quantile is in that bucket, and so the smallest of all means is evidence wherever it is. (Their product
/// would be evidence as well, but useless: the baseline's factor vanishes for the very bucket that its quantile is in.) Exact at the resolution of the buckets, for requests that are independent or
/// slow in clusters of at most the dispersion.</para>
/// <para>Unlike <see cref="LatencyTest"/> it holds only while neither distribution moves: a load that rises and falls makes it err, and it needs fine buckets and more time. It is for those
/// whose objective is a quantile. What lies less than two buckets beyond the margin is never decided: with buckets a factor of 2^(1/4) apart and a margin of 1.41, a quantile twice as long was seen
/// in all of 150 simulated rollouts (100 requests/s, 10 % of them to the candidate; p50 30 s, p90 50 s, p99 140 s in the median), 1.7 times as long in hardly any, and on the margin none of 600
/// was rolled back or accepted. Source: docs/analysis.md; enumerated and simulated in QuantileTests. Pure; thread-safe.</para>
/// </remarks>
public static class QuantileTest
{
    /// <summary>The state before the first block: no evidence.</summary>
    /// <param name="bounds">Upper bounds of all buckets but the last, at least one, finite, greater than 0, increasing.</param>
    /// <returns>A state whose evidence is 1.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="bounds"/> is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public static QuantileTestState Start(NumberList bounds)
    {
        BucketLayout.Require(bounds);
        var none = NumberList.Own(new double[bounds.Count + 1]);
        return new() { Bounds = bounds, CandidateCounts = none, BaselineCounts = none, MaximumLogEvidence = 0 };
    }

    /// <summary>Takes one block into account.</summary>
    /// <param name="settings">The settings that the test is run with, always the same.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="block">The next block; each block once.</param>
    /// <returns>The next state; the same state when the block has other bounds, since its requests cannot be counted in these (start a new test, with its own share of the budget).</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static QuantileTestState Advance(QuantileTestSettings settings, QuantileTestState state, HistogramBlock block)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(block);
        if (!block.Bounds.Equals(state.Bounds))
        {
            return state;
        }

        var next = state with { CandidateCounts = state.CandidateCounts.Plus(block.Candidate), BaselineCounts = state.BaselineCounts.Plus(block.Baseline) };
        return next with { MaximumLogEvidence = Math.Max(next.MaximumLogEvidence, LogEvidence(settings, next)) };
    }

    /// <summary>The evidence that the candidate's quantile is beyond the margin.</summary>
    /// <param name="settings">The settings that the test is run with, always the same.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value, finite; 0 before the first block.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static double LogEvidence(QuantileTestSettings settings, QuantileTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        var share = 1 - settings.Probability;
        var baseline = settings.SeeksSlower ? ExceedanceEvidence.Fewer(share) : ExceedanceEvidence.More(share);
        var candidate = settings.SeeksSlower ? ExceedanceEvidence.More(share) : ExceedanceEvidence.Fewer(share);
        var (baselineSlower, candidateSlower) = (Slower(state.BaselineCounts), Slower(state.CandidateCounts));
        var weakest = double.PositiveInfinity;

        // the baseline's quantile is above bound i - 1 and not above bound i; bound -1 is 0, the bound after the last infinity
        for (var i = 0; i < baselineSlower.Length; i++)
        {
            var (own, other) = settings.SeeksSlower
                ? (i == state.Bounds.Count ? i : FirstFrom(state.Bounds, settings.Margin * state.Bounds[i]), i - 1)
                : (i == 0 ? -1 : LastUpTo(state.Bounds, settings.Margin * state.Bounds[i - 1]), i);
            weakest = Math.Min(weakest, LogSpace.Add(Tempered(candidate, candidateSlower, own), Tempered(baseline, baselineSlower, other)));
        }

        return weakest - Math.Log(2);

        // outside of the bounds nothing can speak against what is certain, and evidence is 1
        double Tempered(ExceedanceEvidence evidence, double[] slower, int bound) =>
            bound >= 0 && bound < state.Bounds.Count ? evidence.Of(slower[bound + 1], slower[0]) / settings.Dispersion : 0;
    }

    private static int FirstFrom(NumberList bounds, double latency)
    {
        var first = 0;
        while (first < bounds.Count && bounds[first] < latency)
        {
            first++;
        }

        return first;
    }

    private static int LastUpTo(NumberList bounds, double latency)
    {
        var first = FirstFrom(bounds, latency);
        return first < bounds.Count && bounds[first] == latency ? first : first - 1;
    }

    /// <summary>All requests, then those slower than each bound.</summary>
    private static double[] Slower(NumberList counts)
    {
        var slower = counts.ToArray();
        for (var i = slower.Length - 2; i >= 0; i--)
        {
            slower[i] += slower[i + 1];
        }

        return slower;
    }
}
