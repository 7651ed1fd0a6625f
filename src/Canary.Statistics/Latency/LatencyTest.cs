namespace Canary.Statistics;

/// <summary>Sequential comparison of two latency histograms. May be looked at after every block, for any length of time, and stopped at any moment.</summary>
/// <remarks>
/// <para>Rollback side: evidence against "at every bound, the candidate's share of slower requests is at most r0 times the baseline's plus d0", by a mixture over the
/// alternatives of a <see cref="LatencyDictionary"/>. Exact for requests that are independent within a block, or slow in clusters of at most the dispersion; the distribution
/// may move as long as it moves in both arms alike. Acceptance side: at the bounds nearest p50, p90 and p99 each exceedance passes its own count test.</para>
/// <para>Source: docs/analysis.md. Checked by enumeration in OrderedBetTests and against 50-digit vectors in LatencyVectorTests. Pure; thread-safe.</para>
/// </remarks>
public static class LatencyTest
{
    /// <summary>The state before the first block, without knowledge of the baseline.</summary>
    /// <param name="settings">What the test asks.</param>
    /// <param name="bounds">Upper bounds of all buckets but the last, at least one, finite, greater than 0, increasing.</param>
    /// <param name="share">Share of the budget that is staked at once, in (0, 1]; the rest is kept for <see cref="Restart"/> and <see cref="ChangeLayout"/>. 1 is the plain test.</param>
    /// <returns>A state that collects a reference first.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound or the share is out of its range.</exception>
    public static LatencyTestState Start(LatencyTestSettings settings, NumberList bounds, double share = 1)
    {
        BucketLayout.Require(bounds);
        return Start(settings, bounds, LatencyReference.Zeros(bounds), share);
    }

    /// <summary>The state before the first block, with what is known of the baseline from before.</summary>
    /// <param name="settings">What the test asks.</param>
    /// <param name="bounds">Upper bounds of all buckets but the last, at least one, finite, greater than 0, increasing.</param>
    /// <param name="referenceCounts">The baseline's requests per bucket (not cumulative) before the first block, best of 5 minutes or more; counts in [0, 2^53].</param>
    /// <param name="share">Share of the budget that is staked at once, in (0, 1]; the rest is kept for <see cref="Restart"/> and <see cref="ChangeLayout"/>. 1 is the plain test.</param>
    /// <returns>A state that runs at once when the reference has enough requests, and otherwise collects the rest first.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase, or there is not one count more than bounds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound, a count or the share is out of its range.</exception>
    public static LatencyTestState Start(LatencyTestSettings settings, NumberList bounds, NumberList referenceCounts, double share = 1)
    {
        ArgumentNullException.ThrowIfNull(settings);
        BucketLayout.Require(bounds);
        BucketLayout.RequireCounts(bounds, referenceCounts, nameof(referenceCounts));
        return LatencyReference.Begin(settings, bounds, referenceCounts, Require.Share(share));
    }

    /// <summary>Stakes a further share of the budget on the alternatives as if the test began now, so that a regression which first shows now need not win back what was lost before.</summary>
    /// <param name="state">Where the test stands.</param>
    /// <param name="share">Share of the whole budget, in (0, 1]; no more than <see cref="LatencyTestState.Unspent"/> is staked. Decided before the blocks that follow (<see cref="RestartSchedule"/>).</param>
    /// <returns>The state with the stake. Its evidence is that of <paramref name="state"/> up to rounding; the same state when nothing was left.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is out of its range.</exception>
    /// <remarks>The acceptance tests do not begin again: what was shown stays shown.</remarks>
    public static LatencyTestState Restart(LatencyTestState state, double share)
    {
        ArgumentNullException.ThrowIfNull(state);
        var stake = Math.Min(Require.Share(share), state.Unspent);
        if (stake == 0)
        {
            return state;
        }

        return state.IsRunning
            ? state with { Scores = Staked(state.Scores, Math.Log(stake)), Unspent = state.Unspent - stake }
            : state with { Pending = state.Pending + stake, Unspent = state.Unspent - stake };
    }

    /// <summary>Goes on with other buckets: what a rollout does when its histograms change their bounds, or when a pod reports a coarser native histogram.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="newBounds">Upper bounds of all buckets but the last, at least one, finite, greater than 0, increasing.</param>
    /// <param name="share">Share of the whole budget that is staked on the new buckets, in [0, 1]; no more than <see cref="LatencyTestState.Unspent"/> is.</param>
    /// <returns>A state for blocks with the new bounds, whose evidence is that of <paramref name="state"/> up to rounding; the same state when it has these bounds already.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound or the share is out of its range.</exception>
    /// <remarks>
    /// <para>Half of what the stakes have become is frozen and counts as it is; the other half, and the share, are staked on the new buckets, so that the test can still decide when nothing was left
    /// unspent. Both are exact: what a bet has won may be staked on the next. What is known of the baseline is spread over the new buckets by interpolation; it is a guess that only power depends on.</para>
    /// <para>Each acceptance test goes on at the new bound nearest its old one. It is then evidence about one place in the distribution whose bound moved, exact against a candidate that is beyond the
    /// margin at whichever bound was in use.</para>
    /// </remarks>
    public static LatencyTestState ChangeLayout(LatencyTestSettings settings, LatencyTestState state, NumberList newBounds, double share)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        BucketLayout.Require(newBounds);
        var stake = Math.Min(Require.Ratio(share), state.Unspent);
        return newBounds.Equals(state.Bounds) ? state : LatencyLayoutChange.Apply(settings, state, newBounds, stake);
    }

    /// <summary>Takes one block into account.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="block">The next block; each block once.</param>
    /// <returns>The next state and what the block did.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state was started with other settings of acceptance.</exception>
    public static LatencyAdvance Advance(LatencyTestSettings settings, LatencyTestState state, HistogramBlock block)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(block);
        if (!block.Bounds.Equals(state.Bounds))
        {
            return new(state, LatencyOutcome.LayoutChanged);
        }

        if (state.Dictionary is null)
        {
            var next = LatencyReference.Completed(settings, state with { ReferenceCounts = state.ReferenceCounts.Plus(block.Baseline) });
            return new(next, next.IsRunning ? LatencyOutcome.Started : LatencyOutcome.Collected);
        }

        return block.IsInformative
            ? new(Advanced(settings, state, state.Dictionary, block), LatencyOutcome.Advanced)
            : new(Remembering(settings, state, block), LatencyOutcome.NoInformation);
    }

    /// <summary>The evidence that the candidate is slower than the margin allows.</summary>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value; 0 until the test runs for the first time.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    public static double LogEvidence(LatencyTestState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Dictionary is null
            ? 0
            : LogEvidence(state, state.Dictionary, state.Scores.AsSpan());
    }

    /// <summary>The evidence that the candidate keeps the acceptance margin at every one of its bounds.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the weakest of the e-values at the bounds; 0 until the test runs.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state was started with other settings of acceptance.</exception>
    public static double LogAcceptance(LatencyTestSettings settings, LatencyTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        return state.Thresholds.Count == 0 ? 0 : state.Thresholds.Min(threshold => CountTest.LogEvidence(settings.Acceptance, threshold.Test));
    }

    /// <summary>The alternative that describes the difference between the arms best: what the regression looks like. For people; it decides nothing.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>The alternative and its share of the likelihood of all; null until a block has counted as evidence.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <remarks>
    /// Judged on all requests so far and without the margin. The scores of the test would name something else: with a margin, alternatives that also speed up fast requests lose, since
    /// a share of slow requests near 1 times the margin is no limit, and what remains is the part of the regression that the margin cannot explain.
    /// </remarks>
    public static DominantLatency? Dominant(LatencyTestSettings settings, LatencyTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        if (state.Dictionary is null || state.Blocks == 0)
        {
            return null;
        }

        var candidateRequests = state.CandidateCounts.Sum();
        Span<double> likelihoods = stackalloc double[LatencyDictionary.Size];
        for (var i = 0; i < likelihoods.Length; i++)
        {
            var ratios = state.Dictionary.RatiosOf(i);
            likelihoods[i] = OrderedBet.Increment(
                ratios,
                state.Dictionary.LogRatiosOf(i),
                Expectation(state.BaselineCounts.AsSpan(), settings.Smoothing, ratios),
                candidateRequests / (candidateRequests + state.BaselineCounts.Sum()),
                1,
                0,
                state.CandidateCounts.AsSpan(),
                state.BaselineCounts.AsSpan()) / settings.Dispersion;
        }

        var (index, share) = LogSpace.Dominant(state.Dictionary.LogWeights, likelihoods);
        return new(state.Dictionary.Alternatives[index], share);
    }

    private static LatencyTestState Advanced(LatencyTestSettings settings, LatencyTestState state, LatencyDictionary dictionary, HistogramBlock block)
    {
        var scores = new double[state.Scores.Count];
        var candidateShare = block.CandidateRequests / (block.CandidateRequests + block.BaselineRequests);
        for (var i = 0; i < scores.Length; i++)
        {
            var increment = OrderedBet.Increment(
                dictionary.RatiosOf(i),
                dictionary.LogRatiosOf(i),
                Expectation(state.BaselineMemory.AsSpan(), settings.Smoothing, dictionary.RatiosOf(i)),
                candidateShare,
                settings.MarginRatio,
                settings.MarginDifference,
                block.Candidate.AsSpan(),
                block.Baseline.AsSpan());
            scores[i] = state.Scores[i] + increment / settings.Dispersion;
        }

        var thresholds = new LatencyThreshold[state.Thresholds.Count];
        for (var i = 0; i < thresholds.Length; i++)
        {
            var threshold = state.Thresholds[i];
            thresholds[i] = threshold with { Test = CountTest.Advance(settings.Acceptance, threshold.Test, block.Exceedances(threshold.BoundIndex)) };
        }

        return state with
        {
            BaselineMemory = Remembered(settings, state, block),
            Scores = NumberList.Own(scores),
            MaximumLogEvidence = Math.Max(state.MaximumLogEvidence, LogEvidence(state, dictionary, scores)),
            Blocks = state.Blocks + 1,
            CandidateCounts = state.CandidateCounts.Plus(block.Candidate),
            BaselineCounts = state.BaselineCounts.Plus(block.Baseline),
            Thresholds = thresholds,
        };
    }

    // the baseline alone is no evidence, but it is the best guess of what comes next
    private static LatencyTestState Remembering(LatencyTestSettings settings, LatencyTestState state, HistogramBlock block) =>
        block.BaselineRequests > 0 ? state with { BaselineMemory = Remembered(settings, state, block) } : state;

    private static double LogEvidence(LatencyTestState state, LatencyDictionary dictionary, ReadOnlySpan<double> scores)
    {
        var evidence = LogSpace.WeightedSum(dictionary.LogWeights, scores);
        if (state.Unspent > 0)
        {
            evidence = LogSpace.Add(evidence, Math.Log(state.Unspent));
        }

        return double.IsNegativeInfinity(state.Frozen) ? evidence : LogSpace.Add(evidence, state.Frozen);
    }

    private static NumberList Staked(NumberList scores, double logStake)
    {
        var staked = new double[scores.Count];
        for (var i = 0; i < staked.Length; i++)
        {
            staked[i] = LogSpace.Add(scores[i], logStake);
        }

        return NumberList.Own(staked);
    }

    private static NumberList Remembered(LatencyTestSettings settings, LatencyTestState state, HistogramBlock block)
    {
        var retention = settings.Retention;
        var memory = new double[state.BaselineMemory.Count];
        for (var i = 0; i < memory.Length; i++)
        {
            memory[i] = retention * state.BaselineMemory[i] + block.Baseline[i];
        }

        return NumberList.Own(memory);
    }

    private static double Expectation(ReadOnlySpan<double> memory, double smoothing, ReadOnlySpan<double> ratios)
    {
        var mass = 0.0;
        var sum = 0.0;
        for (var i = 0; i < memory.Length; i++)
        {
            mass += memory[i] + smoothing;
            sum += (memory[i] + smoothing) * ratios[i];
        }

        return sum / mass;
    }
}
