namespace Canary.Statistics;

/// <summary>Watches whether the candidate completes the share of requests that the weights send to it. Sees what no error counter sees: requests that hang, pods that crash, routes that lead elsewhere.</summary>
/// <remarks>
/// <para>Given how many requests both arms completed, each is the candidate's with odds that are the planned ones times a ratio. Half of the budget bets on ratios below the tolerance and half
/// on ratios above it, with the bets of <see cref="CountTest"/>: the "bad requests" are all completed ones and the exposure is the planned share. The share may change with every block.</para>
/// <para>The guarantee is exact when each request is dealt by itself, or in groups of at most <see cref="ShareTestSettings.Dispersion"/>. Balancing by connection and sticky users make groups
/// that may be large and outlive a block (<see cref="ShareTestSettings.ForSessions"/>), and one arm that is slower than the other completes fewer of what is under way: so it warns, and decides nothing alone.</para>
/// <para>Source: docs/analysis.md; checked by enumeration and simulation in ShareTestTests. Pure; thread-safe.</para>
/// </remarks>
public static class ShareTest
{
    private static readonly double Half = -Math.Log(2);

    /// <summary>The state before the first block: no evidence.</summary>
    /// <param name="settings">What is tolerated.</param>
    /// <returns>A state whose evidence is 1.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    public static ShareTestState Start(ShareTestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new()
        {
            FewerScores = NumberList.Own(new double[settings.TooFew.Grid.Count]),
            MoreScores = NumberList.Own(new double[settings.TooMany.Grid.Count]),
            MaximumLogEvidence = 0,
            Blocks = 0,
            CandidateRequests = 0,
            BaselineRequests = 0,
            PlannedRequests = 0,
        };
    }

    /// <summary>Takes one block into account.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="block">The next block; each block once.</param>
    /// <returns>The next state; the same state when nothing was completed or an arm was to have nothing.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state is not one of a share test of this version.</exception>
    public static ShareTestState Advance(ShareTestSettings settings, ShareTestState state, in ShareBlock block)
    {
        RequireMatching(settings, state);
        if (!block.IsInformative)
        {
            return state;
        }

        var requests = block.CandidateRequests + block.BaselineRequests;
        var next = state with
        {
            FewerScores = Moved(settings.TooFew, state.FewerScores, block),
            MoreScores = Moved(settings.TooMany, state.MoreScores, block),
            Blocks = state.Blocks + 1,
            CandidateRequests = state.CandidateRequests + block.CandidateRequests,
            BaselineRequests = state.BaselineRequests + block.BaselineRequests,
            PlannedRequests = state.PlannedRequests + requests * block.PlannedShare,
        };
        return next with { MaximumLogEvidence = Math.Max(state.MaximumLogEvidence, LogEvidence(settings, next)) };
    }

    /// <summary>The evidence that the share is outside the tolerance, on either side.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value; 0 before the first block.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state is not one of a share test of this version.</exception>
    public static double LogEvidence(ShareTestSettings settings, ShareTestState state) =>
        LogSpace.Add(Half + LogTooFew(settings, state), Half + LogTooMany(settings, state));

    /// <summary>The evidence that the candidate completes too little; half of the budget is on it.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state is not one of a share test of this version.</exception>
    public static double LogTooFew(ShareTestSettings settings, ShareTestState state)
    {
        RequireMatching(settings, state);
        return LogSpace.WeightedSum(settings.TooFew.LogWeights, state.FewerScores.AsSpan());
    }

    /// <summary>The evidence that the candidate completes too much; half of the budget is on it.</summary>
    /// <param name="settings">The settings that the state was started with.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The state is not one of a share test of this version.</exception>
    public static double LogTooMany(ShareTestSettings settings, ShareTestState state)
    {
        RequireMatching(settings, state);
        return LogSpace.WeightedSum(settings.TooMany.LogWeights, state.MoreScores.AsSpan());
    }

    private static NumberList Moved(CountTestSettings side, NumberList scores, in ShareBlock block)
    {
        var moved = scores.ToArray();
        var logRatios = side.LogRatios;
        var completed = new CountBlock(block.CandidateRequests, block.BaselineRequests, block.CandidateRequests, block.BaselineRequests);
        var share = CountTest.MarginShare(side.MarginRatio, block.PlannedShare, 1 - block.PlannedShare);
        for (var i = 0; i < moved.Length; i++)
        {
            moved[i] += CountTest.Increment(side.Grid[i], logRatios[i], share, 0, completed) / side.Dispersion;
        }

        return NumberList.Own(moved);
    }

    private static void RequireMatching(ShareTestSettings settings, ShareTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        if (state.FewerScores.Count != settings.TooFew.Grid.Count || state.MoreScores.Count != settings.TooMany.Grid.Count)
        {
            throw new ArgumentException($"The state has {state.FewerScores.Count} + {state.MoreScores.Count} alternatives, the settings have {settings.TooFew.Grid.Count} + {settings.TooMany.Grid.Count}.", nameof(state));
        }
    }
}
