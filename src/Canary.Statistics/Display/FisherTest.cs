using MathNet.Numerics;

namespace Canary.Statistics;

/// <summary>The exact comparison of two shares at one look, for display beside what people know from elsewhere. Not sequential: never decide by it repeatedly.</summary>
/// <param name="OddsRatio">Conditional maximum likelihood estimate of the odds ratio of a bad request, candidate to baseline; 0 to positive infinity, null when no request or every request was bad.</param>
/// <param name="Lower">Lower end of its exact interval, 0 or more.</param>
/// <param name="Upper">Upper end, possibly positive infinity.</param>
/// <param name="PGreater">p-value of "the candidate's odds are no greater".</param>
/// <param name="PTwoSided">p-value of "the odds are equal": the probability of all tables that are no likelier.</param>
/// <remarks>
/// Source: R. A. Fisher, JRSS 98 (1935), 39-82. The same quantities as R's fisher.test, which stops its root finding at four digits; these have all. Checked in FisherTestTests. Immutable.
/// </remarks>
public readonly record struct FisherTest(double? OddsRatio, double Lower, double Upper, double PGreater, double PTwoSided)
{
    // more bad requests than this are too many to walk through, and enough for the normal law to be right to display
    private const double ManyBad = 1e5;
    private const double Rounding = 1 + 1e-7;
    private const double Farthest = 1e3;
    private const int Bisections = 200;

    /// <summary>Compares the two arms of a block, or of all blocks together.</summary>
    /// <param name="block">Requests and bad ones; fractions are rounded.</param>
    /// <param name="errorProbability">Probability that the interval misses at one look, at most; in (0, 1).</param>
    /// <returns>The comparison, exact up to 100,000 bad requests and by the normal law above; with nothing to compare no estimate, all ratios, and p-values of 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="errorProbability"/> is not in (0, 1).</exception>
    public static FisherTest Of(in CountBlock block, double errorProbability = StatisticsDefaults.IntervalErrorProbability)
    {
        var tail = Require.Probability(errorProbability) / 2;
        var number = Math.Round(block.CandidateErrors);
        var bad = number + Math.Round(block.BaselineErrors);
        var law = new NoncentralHypergeometric(Math.Max(number, Math.Round(block.CandidateRequests)), Math.Max(bad - number, Math.Round(block.BaselineRequests)), bad);
        if (law.Least == law.Most)
        {
            return new(null, 0, double.PositiveInfinity, 1, 1);
        }

        var (least, most) = (number == law.Least, number == law.Most);
        if (bad > ManyBad)
        {
            return Normal(law, number, tail, least, most);
        }

        return new(
            least ? 0 : most ? double.PositiveInfinity : OddsRatioWhere(ratio => law.At(ratio, number).Mean > number),
            least ? 0 : OddsRatioWhere(ratio => law.At(ratio, number).AtLeast > tail),
            most ? double.PositiveInfinity : OddsRatioWhere(ratio => law.At(ratio, number).AtMost < tail),
            law.At(1, number).AtLeast,
            law.NoLikelierThan(number, Rounding));
    }

    /// <summary>The same by the normal law: B. Woolf, Annals of Human Genetics 19 (1955), for the ratio, and the variance of the law at equal odds for the p-values.</summary>
    private static FisherTest Normal(in NoncentralHypergeometric law, double number, double tail, bool least, bool most)
    {
        var (good, otherBad) = (law.Candidates - number, law.Bad - number);
        var otherGood = law.Baselines - otherBad;
        var logRatio = Math.Log((number + 0.5) / (good + 0.5)) - Math.Log((otherBad + 0.5) / (otherGood + 0.5));
        var reach = Math.Sqrt(2) * SpecialFunctions.ErfcInv(2 * tail)
            * Math.Sqrt(1 / (number + 0.5) + 1 / (good + 0.5) + 1 / (otherBad + 0.5) + 1 / (otherGood + 0.5));
        var all = law.Candidates + law.Baselines;
        var deviation = Math.Sqrt(law.Candidates / all * (law.Baselines / all) * law.Bad * ((all - law.Bad) / (all - 1)));
        var score = (number - law.Candidates / all * law.Bad) / deviation;
        return new(
            least ? 0 : most ? double.PositiveInfinity : Math.Exp(logRatio),
            least ? 0 : Math.Exp(logRatio - reach),
            most ? double.PositiveInfinity : Math.Exp(logRatio + reach),
            SpecialFunctions.Erfc(score / Math.Sqrt(2)) / 2,
            SpecialFunctions.Erfc(Math.Abs(score) / Math.Sqrt(2)));
    }

    /// <summary>The least odds ratio that is too large.</summary>
    private static double OddsRatioWhere(Func<double, bool> isTooLarge)
    {
        // from 1 outwards in doubling steps of the logarithm, then halved: never far from where the answer is
        var (inside, step) = (0.0, 0.5);
        var direction = isTooLarge(1) ? -1 : 1;
        while (step < Farthest && isTooLarge(Math.Exp(inside + direction * step)) == direction < 0)
        {
            inside += direction * step;
            step *= 2;
        }

        var (low, high) = direction > 0 ? (inside, inside + step) : (inside - step, inside);
        for (var i = 0; i < Bisections && high - low > 1e-14; i++)
        {
            var middle = low + (high - low) / 2;
            (low, high) = isTooLarge(Math.Exp(middle)) ? (low, middle) : (middle, high);
        }

        return Math.Exp(low + (high - low) / 2);
    }
}
