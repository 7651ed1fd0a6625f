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
    private static ReadOnlySpan<double> AcceptanceQuantiles => [0.5, 0.9, 0.99];

    /// <summary>The state before the first block, without knowledge of the baseline.</summary>
    /// <param name="settings">What the test asks.</param>
    /// <param name="bounds">Upper bounds of all buckets but the last, at least one, finite, greater than 0, increasing.</param>
    /// <returns>A state that collects a reference first.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public static LatencyTestState Start(LatencyTestSettings settings, NumberList bounds)
    {
        BucketLayout.Require(bounds);
        return Start(settings, bounds, Zeros(bounds));
    }

    /// <summary>The state before the first block, with what is known of the baseline from before.</summary>
    /// <param name="settings">What the test asks.</param>
    /// <param name="bounds">Upper bounds of all buckets but the last, at least one, finite, greater than 0, increasing.</param>
    /// <param name="referenceCounts">The baseline's requests per bucket (not cumulative) before the first block, best of 5 minutes or more; counts in [0, 2^53].</param>
    /// <returns>A state that runs at once when the reference has enough requests, and otherwise collects the rest first.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase, or there is not one count more than bounds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound or a count is out of its range.</exception>
    public static LatencyTestState Start(LatencyTestSettings settings, NumberList bounds, NumberList referenceCounts)
    {
        ArgumentNullException.ThrowIfNull(settings);
        BucketLayout.Require(bounds);
        BucketLayout.RequireCounts(bounds, referenceCounts, nameof(referenceCounts));
        return referenceCounts.Sum() < settings.MinimumReferenceRequests
            ? Collecting(bounds, referenceCounts)
            : Running(settings, bounds, referenceCounts);
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
            var next = Start(settings, state.Bounds, Added(state.ReferenceCounts, block.Baseline));
            return new(next, next.IsRunning ? LatencyOutcome.Started : LatencyOutcome.Collected);
        }

        return block.IsInformative
            ? new(Advanced(settings, state, state.Dictionary, block), LatencyOutcome.Advanced)
            : new(Remembering(settings, state, block), LatencyOutcome.NoInformation);
    }

    /// <summary>The evidence that the candidate is slower than the margin allows.</summary>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value; 0 until the test runs.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    public static double LogEvidence(LatencyTestState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Dictionary is null ? 0 : LogSpace.WeightedSum(state.Dictionary.LogWeights, state.Scores.AsSpan());
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
        Span<double> likelihoods = stackalloc double[state.Dictionary.Alternatives.Count];
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

    private static LatencyTestState Collecting(NumberList bounds, NumberList reference) => new()
    {
        Bounds = bounds,
        ReferenceCounts = reference,
        BaselineMemory = Zeros(bounds),
        Scores = NumberList.Empty,
        MaximumLogEvidence = 0,
        Blocks = 0,
        CandidateCounts = Zeros(bounds),
        BaselineCounts = Zeros(bounds),
        Thresholds = [],
        Dictionary = null,
    };

    private static LatencyTestState Running(LatencyTestSettings settings, NumberList bounds, NumberList reference)
    {
        var dictionary = LatencyDictionary.Build(bounds, reference);
        return new()
        {
            Bounds = bounds,
            ReferenceCounts = reference,
            BaselineMemory = reference,
            Scores = NumberList.Own(new double[dictionary.Alternatives.Count]),
            MaximumLogEvidence = 0,
            Blocks = 0,
            CandidateCounts = Zeros(bounds),
            BaselineCounts = Zeros(bounds),
            Thresholds = [.. AcceptanceBounds(bounds, reference).Select(index => new LatencyThreshold
            {
                BoundIndex = index,
                Bound = bounds[index],
                Test = CountTest.Start(settings.Acceptance),
            })],
            Dictionary = dictionary,
        };
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

        return new()
        {
            Bounds = state.Bounds,
            ReferenceCounts = state.ReferenceCounts,
            BaselineMemory = Remembered(settings, state, block),
            Scores = NumberList.Own(scores),
            MaximumLogEvidence = Math.Max(state.MaximumLogEvidence, LogSpace.WeightedSum(dictionary.LogWeights, scores)),
            Blocks = state.Blocks + 1,
            CandidateCounts = Added(state.CandidateCounts, block.Candidate),
            BaselineCounts = Added(state.BaselineCounts, block.Baseline),
            Thresholds = thresholds,
            Dictionary = dictionary,
        };
    }

    // the baseline alone is no evidence, but it is the best guess of what comes next
    private static LatencyTestState Remembering(LatencyTestSettings settings, LatencyTestState state, HistogramBlock block) => new()
    {
        Bounds = state.Bounds,
        ReferenceCounts = state.ReferenceCounts,
        BaselineMemory = block.BaselineRequests > 0 ? Remembered(settings, state, block) : state.BaselineMemory,
        Scores = state.Scores,
        MaximumLogEvidence = state.MaximumLogEvidence,
        Blocks = state.Blocks,
        CandidateCounts = state.CandidateCounts,
        BaselineCounts = state.BaselineCounts,
        Thresholds = state.Thresholds,
        Dictionary = state.Dictionary,
    };

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

    /// <summary>The distinct bounds nearest the quantiles of the reference, by ratio.</summary>
    private static SortedSet<int> AcceptanceBounds(NumberList bounds, NumberList reference)
    {
        var nearest = new SortedSet<int>();
        var cumulative = Histograms.Cumulative(reference);
        foreach (var quantile in AcceptanceQuantiles)
        {
            var target = Math.Log(Histograms.Quantile(bounds, cumulative, quantile));
            var best = 0;
            for (var i = 1; i < bounds.Count; i++)
            {
                if (Math.Abs(Math.Log(bounds[i]) - target) < Math.Abs(Math.Log(bounds[best]) - target))
                {
                    best = i;
                }
            }

            nearest.Add(best);
        }

        return nearest;
    }

    private static NumberList Added(NumberList counts, NumberList more)
    {
        var sum = new double[counts.Count];
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] = counts[i] + more[i];
        }

        return NumberList.Own(sum);
    }

    private static NumberList Zeros(NumberList bounds) => NumberList.Own(new double[bounds.Count + 1]);
}
