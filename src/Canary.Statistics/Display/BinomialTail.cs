using MathNet.Numerics;

namespace Canary.Statistics;

/// <summary>Probabilities of a number of successes in independent trials, and the p-values of one look. For display: never decide by them repeatedly.</summary>
/// <remarks>Checked against R's binom.test. Pure; thread-safe.</remarks>
public static class BinomialTail
{
    // R counts outcomes as "no more likely" up to this rounding
    private const double Rounding = 1 + 1e-7;

    /// <summary>Probability of at least so many successes: the p-value of "more than the given share".</summary>
    /// <param name="successes">A count in [0, <paramref name="trials"/>].</param>
    /// <param name="trials">A count.</param>
    /// <param name="share">Chance of a success, in [0, 1].</param>
    /// <returns>A probability.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double AtLeast(double successes, double trials, double share)
    {
        RequireCounts(successes, trials);
        Require.Ratio(share);
        return successes == 0 ? 1 : share is 0 or 1 ? share : SpecialFunctions.BetaRegularized(successes, trials - successes + 1, share);
    }

    /// <summary>Probability of an outcome that is no more likely than the one seen: the two-sided p-value.</summary>
    /// <param name="successes">A whole count in [0, <paramref name="trials"/>].</param>
    /// <param name="trials">A whole count.</param>
    /// <param name="share">Chance of a success, in [0, 1].</param>
    /// <returns>A probability.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double TwoSided(double successes, double trials, double share)
    {
        RequireCounts(successes, trials);
        Require.Ratio(share);
        if (share is 0 or 1)
        {
            return successes == share * trials ? 1 : 0;
        }

        // likelihoods fall on both sides of their top, so the other tail begins where they are as small again
        var limit = LogProbability(successes, trials, share) + Math.Log(Rounding);
        if (successes > share * trials)
        {
            var other = LastOf(0, Math.Floor(share * trials), below => LogProbability(below, trials, share) <= limit);
            return Math.Min(1, AtLeast(successes, trials, share) + (other < 0 ? 0 : AtLeast(trials - other, trials, 1 - share)));
        }

        if (successes < share * trials)
        {
            return TwoSided(trials - successes, trials, 1 - share);
        }

        return 1;
    }

    private static double LogProbability(double successes, double trials, double share) =>
        SpecialFunctions.GammaLn(trials + 1) - SpecialFunctions.GammaLn(successes + 1) - SpecialFunctions.GammaLn(trials - successes + 1)
            + successes * Math.Log(share) + (trials - successes) * LogSpace.LogOnePlus(-share);

    /// <summary>The last of the whole numbers that fulfil a condition, which holds up to some number and not beyond; one less than the first when none does.</summary>
    private static double LastOf(double first, double last, Func<double, bool> condition)
    {
        var (low, high) = (first - 1, last + 1);
        while (high - low > 1)
        {
            var middle = Math.Floor(low + (high - low) / 2);
            (low, high) = condition(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static void RequireCounts(double successes, double trials)
    {
        Require.Count(trials);
        if (!(successes >= 0 && successes <= trials))
        {
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Successes are a count from 0 to the {trials} trials.");
        }
    }
}
