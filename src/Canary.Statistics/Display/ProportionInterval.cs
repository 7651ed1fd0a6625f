using MathNet.Numerics;

namespace Canary.Statistics;

/// <summary>An interval of a share of requests, for display. Valid for one look, unlike a confidence sequence: never decide by it.</summary>
/// <param name="Lower">Lower end, in [0, 1].</param>
/// <param name="Upper">Upper end, in [0, 1].</param>
/// <remarks>Immutable.</remarks>
public readonly record struct ProportionInterval(double Lower, double Upper)
{
    // above it the incomplete beta function runs out of digits, and the two intervals are the same to display
    private const double ManyTrials = 1e9;
    private const int Bisections = 200;

    /// <summary>The score interval: about right on average, narrow, and usable near 0 and 1.</summary>
    /// <param name="successes">Requests of the kind that is counted, a count in [0, <paramref name="trials"/>].</param>
    /// <param name="trials">Requests in all, a count.</param>
    /// <param name="errorProbability">Probability of missing the share at one look, in (0, 1); 0.05 gives 95 %.</param>
    /// <returns>The interval; all shares without requests.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Source: E. B. Wilson, JASA 22 (1927), 209-212.</remarks>
    public static ProportionInterval Wilson(double successes, double trials, double errorProbability = StatisticsDefaults.IntervalErrorProbability)
    {
        RequireCounts(successes, trials);
        var z = Math.Sqrt(2) * SpecialFunctions.ErfcInv(Require.Probability(errorProbability));
        if (trials == 0)
        {
            return new(0, 1);
        }

        var (share, weight) = (successes / trials, z * z / trials);
        var middle = (share + weight / 2) / (1 + weight);
        var half = z / (1 + weight) * Math.Sqrt(share * (1 - share) / trials + weight / (4 * trials));
        return new(successes == 0 ? 0 : Math.Max(0, middle - half), successes == trials ? 1 : Math.Min(1, middle + half));
    }

    /// <summary>The exact interval: misses the share at one look never more often than said, and is wider for it.</summary>
    /// <param name="successes">Requests of the kind that is counted, a count in [0, <paramref name="trials"/>].</param>
    /// <param name="trials">Requests in all, a count.</param>
    /// <param name="errorProbability">Probability of missing the share at one look, at most; in (0, 1).</param>
    /// <returns>The interval; all shares without requests; the score interval above 1e9 requests.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934), 404-413. Checked against R's binom.test.</remarks>
    public static ProportionInterval ClopperPearson(double successes, double trials, double errorProbability = StatisticsDefaults.IntervalErrorProbability)
    {
        RequireCounts(successes, trials);
        var tail = Require.Probability(errorProbability) / 2;
        if (trials > ManyTrials)
        {
            return Wilson(successes, trials, errorProbability);
        }

        return new(
            successes == 0 ? 0 : WhereTailIs(tail, share => BinomialTail.AtLeast(successes, trials, share)),
            successes == trials ? 1 : WhereTailIs(1 - tail, share => BinomialTail.AtLeast(successes + 1, trials, share)));
    }

    /// <summary>The share at which a probability that grows with it reaches a size.</summary>
    private static double WhereTailIs(double size, Func<double, double> tail)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < Bisections; i++)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high || high - low <= 1e-15 * high)
            {
                break;
            }

            (low, high) = tail(middle) > size ? (low, middle) : (middle, high);
        }

        return low + (high - low) / 2;
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
