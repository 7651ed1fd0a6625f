namespace Canary.Statistics;

/// <summary>Sequential comparison of two rates that are not small (above about 10 %), such as "slower than the median". Asks what <see cref="CountTest"/> asks, and wastes less there.</summary>
/// <remarks>
/// <para>Each alternative takes the baseline's rate from past blocks and puts the candidate's at fixed odds beyond the margin; the bet is the likelihood ratio to the nearest point
/// of the margin. The guarantee is exact: requests of a block independent given the past, rates of both arms free to move with time. How fast evidence grows depends on how well the past foretells
/// the baseline. The first block has no past, bets on nothing and only teaches.</para>
/// <para>Clusters of at most <see cref="BinomialTestSettings.Dispersion"/> requests that fail together, in one arm or both, are covered like in <see cref="CountTest"/>.</para>
/// <para>Source: docs/analysis.md; checked by enumeration and vectors in BinomialTestTests. Pure; thread-safe.</para>
/// </remarks>
public static class BinomialTest
{
    /// <summary>So close to 0 or 1 a rate leaves nothing to bet on.</summary>
    internal const double Edge = 1e-6;

    private static readonly double Fading = Math.Pow(0.5, 1 / StatisticsDefaults.BaselineRateHalfLifeBlocks);

    /// <summary>The state before the first block: no evidence.</summary>
    /// <param name="settings">What the test asks.</param>
    /// <param name="share">Share of the budget that is staked at once, in (0, 1]; 1 is the plain test.</param>
    /// <returns>A state whose evidence is 1.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is out of its range.</exception>
    public static BinomialTestState Start(BinomialTestSettings settings, double share = 1)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new() { Counts = CountTestState.Start(settings.Grid.Count, share), PastErrors = 0, PastRequests = 0 };
    }

    /// <summary>Stakes a further share of the budget, as <see cref="CountTest.Restart"/> does.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="share">Share of the whole budget, in (0, 1]; no more than is left is staked.</param>
    /// <returns>The state with the stake and the same evidence.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state has another number of alternatives than the settings.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is out of its range.</exception>
    public static BinomialTestState Restart(BinomialTestSettings settings, BinomialTestState state, double share)
    {
        RequireMatching(settings, state);
        return state with { Counts = state.Counts.Restarted(share) };
    }

    /// <summary>Takes one block into account.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="block">The next block; each block once, in the order of time.</param>
    /// <returns>The next state; the same state when an arm had no requests, since such a block says nothing.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state has another number of alternatives than the settings.</exception>
    public static BinomialTestState Advance(BinomialTestSettings settings, BinomialTestState state, in CountBlock block)
    {
        RequireMatching(settings, state);
        if (!block.IsInformative)
        {
            return state;
        }

        var scores = state.Counts.Scores.ToArray();
        if (state.PastRequests > 0)
        {
            var logOdds = settings.LogOdds;
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] += Increment(settings, state.BaselineRate, logOdds[i], block) / settings.Dispersion;
            }
        }

        return new()
        {
            Counts = state.Counts.Advanced(scores, settings.LogWeights, block),
            PastErrors = Faded(state.PastErrors, block.BaselineErrors),
            PastRequests = Faded(state.PastRequests, block.BaselineRequests),
        };
    }

    /// <summary>The evidence now.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value; 0 before the second block.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state has another number of alternatives than the settings.</exception>
    public static double LogEvidence(BinomialTestSettings settings, BinomialTestState state)
    {
        RequireMatching(settings, state);
        return state.Counts.LogEvidence(settings.LogWeights);
    }

    private static double Increment(BinomialTestSettings settings, double baseline, double logOdds, in CountBlock block)
    {
        var margin = Math.Clamp(settings.MarginRatio * baseline + settings.MarginDifference, Edge, 1 - Edge);
        var candidate = LogSpace.Logistic(Math.Log(margin / (1 - margin)) + logOdds);

        // where the margin reaches 1, nothing is worse
        var beyond = candidate - (settings.MarginRatio * baseline + settings.MarginDifference);
        if (candidate is <= 0 or >= 1 || (settings.SeeksWorse ? beyond <= 0 : beyond >= 0))
        {
            return 0;
        }

        // nor is anything won by a bet whose margin lies so near to 1 that the digits of the rest are gone
        var bet = BinomialBet.Against(candidate, baseline, block, settings.MarginRatio, settings.MarginDifference);
        return Math.Max(bet.MarginCandidate, bet.MarginBaseline) > 1 - Edge ? 0 : bet.LogReturn(block);
    }

    private static double Faded(double past, double now) => Math.Min(Require.LargestCount, past * Fading + now);

    private static void RequireMatching(BinomialTestSettings settings, BinomialTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        state.Counts.RequireAlternatives(settings.Grid.Count);
    }
}
