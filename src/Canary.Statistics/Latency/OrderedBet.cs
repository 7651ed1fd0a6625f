namespace Canary.Statistics;

/// <summary>One alternative's bet on one block of bucket counts.</summary>
/// <remarks>
/// With r the alternative's ratios scaled to expectation 1 under the recent baseline, and w the candidate's share of requests, D = 1 / (w r0 + (1 - w) / r) and
/// c = (1 - d0 - r0) D_first + d0 D_last, a candidate request in bucket k multiplies by R_k = D_k / (1 + w c), a baseline request by Q_k = R_k / r_k. When no exceedance of the candidate
/// is above r0 times the baseline's plus d0, w E[R] + (1 - w) E[Q] is at most 1, and so, by the inequality of means, is the expectation of the product.
/// </remarks>
internal static class OrderedBet
{
    /// <summary>Log of what the bet returns.</summary>
    /// <param name="ratios">Ratios per bucket, nondecreasing, greater than 0.</param>
    /// <param name="logRatios">Their natural logarithms.</param>
    /// <param name="scale">Z: the expectation of the ratios under the recent baseline; any value greater than 0 that was fixed before the block is valid.</param>
    /// <param name="candidateShare">w, in (0, 1].</param>
    /// <param name="marginRatio">r0.</param>
    /// <param name="marginDifference">d0.</param>
    /// <param name="candidate">Candidate's counts per bucket.</param>
    /// <param name="baseline">Baseline's counts per bucket.</param>
    public static double Increment(
        ReadOnlySpan<double> ratios,
        ReadOnlySpan<double> logRatios,
        double scale,
        double candidateShare,
        double marginRatio,
        double marginDifference,
        ReadOnlySpan<double> candidate,
        ReadOnlySpan<double> baseline)
    {
        var logScale = Math.Log(scale);
        var slope = candidateShare * marginRatio / scale;
        var rest = 1.0 - candidateShare;
        var first = ratios[0] / scale / (slope * ratios[0] + rest);
        var last = ratios[^1] / scale / (slope * ratios[^1] + rest);
        var correction = (1.0 - marginDifference - marginRatio) * first + marginDifference * last;
        var logNorm = LogSpace.LogOnePlus(candidateShare * correction);

        var sum = 0.0;
        for (var i = 0; i < ratios.Length; i++)
        {
            var both = candidate[i] + baseline[i];
            if (both == 0)
            {
                continue;
            }

            // ln D = ln r - ln(w r0 r + 1 - w), so that a baseline request costs only the second term
            var logBaseline = -Math.Log(slope * ratios[i] + rest) - logNorm;
            sum += both * logBaseline + candidate[i] * (logRatios[i] - logScale);
        }

        return sum;
    }
}
