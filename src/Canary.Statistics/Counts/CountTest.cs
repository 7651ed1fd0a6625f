namespace Canary.Statistics;

/// <summary>Sequential comparison of two error rates. May be looked at after every block, for any length of time, and stopped at any moment.</summary>
/// <remarks>
/// <para>Each alternative bets, before a block, on the share of bad requests that fall to the candidate. With w = r0 nc / (r0 nc + nb),
/// Q = 1 / (1 + w (rho - 1)) and R = rho Q, the product of R^xc Q^xb e^(-d0 nc (R - 1)) over blocks has expectation at most 1 while the candidate keeps the margin
/// (rho above 1) or breaks it (rho below 1), whatever the baseline's rate does and however the exposure moves: 1 + p (R - 1) is at most e^(p (R - 1)), and R and Q
/// balance at the margin. The mixture over alternatives keeps that, and so does money that is kept and staked later. By Ville's inequality it ever reaches 1 / alpha with probability at most alpha.</para>
/// <para>Requests within a block must be independent given the past, or fail in clusters of at most <see cref="CountTestSettings.Dispersion"/>.</para>
/// <para>Source: docs/analysis.md; checked by enumeration in CountTestExactnessTests and against 50-digit vectors in CountTestVectorTests. Pure; thread-safe.</para>
/// </remarks>
public static class CountTest
{
    /// <summary>The state before the first block: no evidence.</summary>
    /// <param name="settings">What the test asks.</param>
    /// <param name="share">Share of the budget that is staked at once, in (0, 1]; the rest is kept for <see cref="Restart"/>. 1 is the plain test.</param>
    /// <returns>A state whose evidence is 1.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is out of its range.</exception>
    public static CountTestState Start(CountTestSettings settings, double share = 1)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return CountTestState.Start(settings.Grid.Count, share);
    }

    /// <summary>Stakes a further share of the budget on the alternatives as if the test began now, so that a regression which first shows now need not win back what was lost before.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="share">Share of the whole budget, in (0, 1]; no more than <see cref="CountTestState.Unspent"/> is staked. Decided before the blocks that follow (<see cref="RestartSchedule"/>).</param>
    /// <returns>The state with the stake. Its evidence is that of <paramref name="state"/> up to rounding; the same state when nothing was left.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state has another number of alternatives than the settings.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is out of its range.</exception>
    public static CountTestState Restart(CountTestSettings settings, CountTestState state, double share)
    {
        RequireMatching(settings, state);
        return state.Restarted(share);
    }

    /// <summary>Takes one block into account.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="block">The next block; each block once.</param>
    /// <returns>The next state; the same state when an arm had no requests, since such a block says nothing.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state has another number of alternatives than the settings.</exception>
    public static CountTestState Advance(CountTestSettings settings, CountTestState state, in CountBlock block)
    {
        RequireMatching(settings, state);
        if (!block.IsInformative)
        {
            return state;
        }

        var scores = new double[settings.Grid.Count];
        var logRatios = settings.LogRatios;
        var candidateShare = MarginShare(settings.MarginRatio, block.CandidateRequests, block.BaselineRequests);
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = state.Scores[i]
                + Increment(settings.Grid[i], logRatios[i], candidateShare, settings.MarginDifference, block) / settings.Dispersion;
        }

        return state.Advanced(scores, settings.LogWeights, block);
    }

    /// <summary>The evidence now.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value; 0 before the first block. Decide when it reaches <see cref="Thresholds.LogThreshold(double)"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state has another number of alternatives than the settings.</exception>
    public static double LogEvidence(CountTestSettings settings, CountTestState state)
    {
        RequireMatching(settings, state);
        return state.LogEvidence(settings.LogWeights);
    }

    /// <summary>The alternative that explains the data best.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>The alternative, its ratio to the baseline's rate (for d0 = 0), and its share of the evidence.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state has another number of alternatives than the settings.</exception>
    public static DominantRatio Dominant(CountTestSettings settings, CountTestState state)
    {
        RequireMatching(settings, state);
        var (index, share) = LogSpace.Dominant(settings.LogWeights, state.Scores.AsSpan());
        return new(settings.Grid[index] * settings.MarginRatio, share);
    }

    /// <summary>w: the candidate's share of bad requests when its rate is exactly on the margin (d0 apart).</summary>
    internal static double MarginShare(double marginRatio, double candidateRequests, double baselineRequests) =>
        marginRatio * candidateRequests / (marginRatio * candidateRequests + baselineRequests);

    /// <summary>Log of what one alternative's bet returns for one block.</summary>
    internal static double Increment(double ratio, double logRatio, double candidateShare, double marginDifference, in CountBlock block)
    {
        var lean = candidateShare * (ratio - 1.0);
        var logBaseline = -LogSpace.LogOnePlus(lean);
        var logCandidate = logRatio + logBaseline;

        // R - 1 in closed form: expm1(ln R) would have to undo the cancellation that this avoids
        var candidateGain = (1.0 - candidateShare) * (ratio - 1.0) / (1.0 + lean);
        return block.CandidateErrors * logCandidate + block.BaselineErrors * logBaseline
            - marginDifference * block.CandidateRequests * candidateGain;
    }

    private static void RequireMatching(CountTestSettings settings, CountTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        state.RequireAlternatives(settings.Grid.Count);
    }
}
