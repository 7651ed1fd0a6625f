namespace Canary.Statistics;

/// <summary>Arithmetic on logarithms that neither overflows nor loses the small digits.</summary>
internal static class LogSpace
{
    /// <summary>ln(1 + x) without cancellation near 0. (The framework's <c>double.LogP1</c> is ln(1 + x) as written, which loses all digits there.)</summary>
    /// <remarks>W. Kahan's correction: the rounding error made in 1 + x appears in both factors and cancels.</remarks>
    public static double LogOnePlus(double x)
    {
        var sum = 1.0 + x;
        return sum == 1.0 ? x : double.IsPositiveInfinity(sum) ? sum : Math.Log(sum) * (x / (sum - 1.0));
    }

    /// <summary>ln(1 + e^x), finite for every finite x.</summary>
    public static double SoftPlus(double x) => x > 0 ? x + LogOnePlus(Math.Exp(-x)) : LogOnePlus(Math.Exp(x));

    /// <summary>1 / (1 + e^-x), in [0, 1].</summary>
    public static double Logistic(double x)
    {
        if (x >= 0)
        {
            return 1.0 / (1.0 + Math.Exp(-x));
        }

        var small = Math.Exp(x);
        return small / (1.0 + small);
    }

    /// <summary>ln(e^a + e^b); negative infinity is nothing.</summary>
    public static double Add(double a, double b)
    {
        var larger = Math.Max(a, b);
        return double.IsInfinity(larger) ? larger : larger + LogOnePlus(Math.Exp(-Math.Abs(a - b)));
    }

    /// <summary>ln of the sum of weight times e^score; negative infinity for nothing at all, positive infinity when a score with weight is.</summary>
    /// <param name="logWeights">Natural logarithms of the weights; negative infinity leaves the score out.</param>
    /// <param name="scores">As many scores, natural logarithms.</param>
    public static double WeightedSum(ReadOnlySpan<double> logWeights, ReadOnlySpan<double> scores)
    {
        var largest = double.NegativeInfinity;
        for (var i = 0; i < scores.Length; i++)
        {
            largest = Math.Max(largest, Term(logWeights[i], scores[i]));
        }

        if (double.IsInfinity(largest))
        {
            return largest;
        }

        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            sum += Math.Exp(Term(logWeights[i], scores[i]) - largest);
        }

        return largest + Math.Log(sum);
    }

    /// <summary>The position with the largest weight times e^score, and its share of the whole.</summary>
    public static (int Index, double Share) Dominant(ReadOnlySpan<double> logWeights, ReadOnlySpan<double> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (logWeights[i] + scores[i] > logWeights[best] + scores[best])
            {
                best = i;
            }
        }

        return (best, Math.Exp(logWeights[best] + scores[best] - WeightedSum(logWeights, scores)));
    }

    // weight 0 leaves out even an infinite score: -inf + inf would be NaN
    private static double Term(double logWeight, double score) => double.IsNegativeInfinity(logWeight) ? logWeight : logWeight + score;
}
