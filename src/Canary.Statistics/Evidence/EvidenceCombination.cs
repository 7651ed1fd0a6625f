namespace Canary.Statistics;

/// <summary>Makes one verdict of the evidence of several tests. Valid under any dependence between them.</summary>
/// <remarks>Pure; thread-safe.</remarks>
public static class EvidenceCombination
{
    private const double WeightTolerance = 1e-9;

    /// <summary>Weighted average of e-values: "at least one of the metrics is worse". Never weaker than the Bonferroni correction with the same weights.</summary>
    /// <param name="weights">Shares of the budget, fixed in advance; each in [0, 1], together 1 (within 1e-9).</param>
    /// <param name="logEvidences">As many natural logarithms of the <em>current</em> e-values. Never of running maxima: their average is no evidence. Infinities are allowed.</param>
    /// <returns>Natural logarithm of the average.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The lists are empty or of different length, or the weights do not add up to 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is outside [0, 1] or a logarithm is NaN.</exception>
    /// <remarks>Source: V. Vovk, R. Wang, "E-values: calibration, combination and applications", Annals of Statistics 49 (2021), section 3.</remarks>
    public static double WeightedAverage(IReadOnlyList<double> weights, IReadOnlyList<double> logEvidences)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(logEvidences);
        RequireSome(logEvidences);
        if (weights.Count != logEvidences.Count)
        {
            throw new ArgumentException($"There are {weights.Count} weights for {logEvidences.Count} e-values.", nameof(weights));
        }

        var sum = 0.0;
        var logWeights = new double[weights.Count];
        for (var i = 0; i < weights.Count; i++)
        {
            sum += Require.Ratio(weights[i], nameof(weights));
            logWeights[i] = Math.Log(weights[i]);
        }

        return Math.Abs(sum - 1.0) <= WeightTolerance
            ? LogSpace.WeightedSum(logWeights, logEvidences.ToArray())
            : throw new ArgumentException($"The weights add up to {sum}, not to 1.", nameof(weights));
    }

    /// <summary>The weakest evidence: "every one of the claims holds". Needs no correction for their number.</summary>
    /// <param name="logEvidences">Natural logarithms of the current e-values, at least one.</param>
    /// <returns>The smallest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="logEvidences"/> is null.</exception>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A logarithm is NaN.</exception>
    /// <remarks>Source: intersection-union test, R. L. Berger, Technometrics 24 (1982).</remarks>
    public static double Weakest(IReadOnlyList<double> logEvidences)
    {
        ArgumentNullException.ThrowIfNull(logEvidences);
        RequireSome(logEvidences);
        return logEvidences.Min();
    }

    private static void RequireSome(IReadOnlyList<double> logEvidences)
    {
        if (logEvidences.Count == 0)
        {
            throw new ArgumentException("At least one e-value is needed.", nameof(logEvidences));
        }

        foreach (var logEvidence in logEvidences)
        {
            if (double.IsNaN(logEvidence))
            {
                throw new ArgumentOutOfRangeException(nameof(logEvidences), logEvidence, "Evidence is a number.");
            }
        }
    }
}
