namespace Canary.Statistics;

/// <summary>The second key: a slower test of two error rates that measures chance by what happens from block to block, and so withstands errors in bursts and outages of one arm.</summary>
/// <remarks>
/// <para>A block's deviation is d = (1 - theta) (xc - d0 nc) - theta xb, with theta = r0 nc / (r0 nc + nb): for d0 = 0 the candidate's bad requests less its share of all. On the margin it is 0 on
/// average, whatever the baseline's rate. Evidence is the one-sided normal mixture of the sum of d with the sum of d^2 for its variance. One block alone, however bad, proves little.</para>
/// <para>Guarantee: exact in the form of Delyon for independent requests on the margin; with squares alone for deviations that are symmetric given the past, and only approximate otherwise (simulated).
/// Use it as a second condition beside a count test, which keeps the guarantee of the count test.</para>
/// <para>Source: B. Delyon, "Exponential inequalities for sums of weakly dependent variables", EJP 14 (2009); V. de la Peña, Annals of Probability 27 (1999). Checked in SelfNormalisedTestTests. Pure; thread-safe.</para>
/// </remarks>
public static class SelfNormalisedTest
{
    /// <summary>The state before the first block: no evidence.</summary>
    public static SelfNormalisedTestState Start() => new() { Deviation = 0, Squares = 0, Variance = 0, MaximumLogEvidence = 0, Blocks = 0 };

    /// <summary>Takes one block into account.</summary>
    /// <param name="settings">What the test asks; always the same.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="block">The next block; each block once. What fails together should be in one block.</param>
    /// <returns>The next state; the same state when an arm had no requests.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static SelfNormalisedTestState Advance(SelfNormalisedTestSettings settings, SelfNormalisedTestState state, in CountBlock block)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        if (!block.IsInformative)
        {
            return state;
        }

        var share = CountTest.MarginShare(settings.MarginRatio, block.CandidateRequests, block.BaselineRequests);
        var deviation = (1 - share) * (block.CandidateErrors - settings.MarginDifference * block.CandidateRequests) - share * block.BaselineErrors;
        var next = state with
        {
            Deviation = state.Deviation + deviation,
            Squares = state.Squares + deviation * deviation,
            Variance = state.Variance + (block.CandidateErrors + block.BaselineErrors) * share * (1 - share),
            Blocks = state.Blocks + 1,
        };
        return next with { MaximumLogEvidence = Math.Max(state.MaximumLogEvidence, LogEvidence(settings, next)) };
    }

    /// <summary>The evidence now.</summary>
    /// <param name="settings">What the test asks.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static double LogEvidence(SelfNormalisedTestSettings settings, SelfNormalisedTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        var variance = settings.Normalisation == SelfNormalisation.Squares ? state.Squares : (state.Squares + 2 * state.Variance) / 3;
        return settings.Mixture.LogEvidence(state.Deviation, variance);
    }
}
