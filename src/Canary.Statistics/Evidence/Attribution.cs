namespace Canary.Statistics;

/// <summary>Which of several metrics are worse, when there is evidence that some are. Valid under any dependence between them and at any time.</summary>
/// <remarks>
/// <para><see cref="Culprits"/> is closed testing: a metric is named when every set of metrics that it belongs to has enough evidence on (weighted) average; with probability 1 - alpha no
/// good metric is ever named. Of all sets with a metric, the least average is that of the metric itself with those below the average, so sorting finds it.
/// With the weights of the verdict, the set of all metrics has the verdict's own evidence: nothing is named before the verdict falls, though a verdict may fall without a name.</para>
/// <para><see cref="Suspects"/> is e-BH: mostly a longer list, of which on average at most the given share is wrong.</para>
/// <para>Source: V. Vovk, R. Wang, "Confidence and discoveries with e-values", Statistical Science 38 (2023); R. Wang, A. Ramdas, "False discovery rate control with e-values",
/// JRSS B 84 (2022). Checked against all subsets and vectors in AttributionTests. Pure; thread-safe.</para>
/// </remarks>
public static class Attribution
{
    /// <summary>The evidence against each metric that is left when all sets with it are considered.</summary>
    /// <param name="logEvidences">Natural logarithms of the current e-values, at least one. Infinities are allowed.</param>
    /// <param name="weights">As many weights, each finite and greater than 0, of any sum; null weighs all alike.</param>
    /// <returns>As many natural logarithms, each at most that of the metric alone.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="logEvidences"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no evidence, or another number of weights.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is out of its range or a logarithm is NaN.</exception>
    public static NumberList Adjusted(IReadOnlyList<double> logEvidences, IReadOnlyList<double>? weights = null)
    {
        RequireEvidence(logEvidences);
        if (weights is not null && weights.Count != logEvidences.Count)
        {
            throw new ArgumentException($"There are {weights.Count} weights for {logEvidences.Count} e-values.", nameof(weights));
        }

        var sorted = logEvidences.ToArray();
        var sortedWeights = weights?.Select(weight => Require.Positive(weight, nameof(weights))).ToArray() ?? [.. sorted.Select(_ => 1.0)];
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort((double[])sorted.Clone(), order);
        Array.Sort(sorted, sortedWeights);

        var adjusted = new double[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            adjusted[order[i]] = LeastAverage(sorted, sortedWeights, i);
        }

        return NumberList.Own(adjusted);
    }

    /// <summary>The metrics that are worse, with a guarantee for the whole list.</summary>
    /// <param name="logEvidences">Natural logarithms of the current e-values, at least one.</param>
    /// <param name="errorProbability">Probability that a good metric is ever named, in (0, 1).</param>
    /// <param name="weights">As many weights, each finite and greater than 0; null weighs all alike.</param>
    /// <returns>Positions, ascending; may be empty.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="logEvidences"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no evidence, or another number of weights.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static IReadOnlyList<int> Culprits(IReadOnlyList<double> logEvidences, double errorProbability, IReadOnlyList<double>? weights = null)
    {
        var needed = Thresholds.LogThreshold(errorProbability);
        var adjusted = Adjusted(logEvidences, weights);
        return [.. Enumerable.Range(0, adjusted.Count).Where(i => adjusted[i] >= needed)];
    }

    /// <summary>A list of metrics most of which are worse.</summary>
    /// <param name="logEvidences">Natural logarithms of the current e-values, at least one.</param>
    /// <param name="falseDiscoveryRatio">Expected share of good metrics in the list, at most; in (0, 1).</param>
    /// <returns>Positions, ascending; may be empty.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="logEvidences"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no evidence.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static IReadOnlyList<int> Suspects(IReadOnlyList<double> logEvidences, double falseDiscoveryRatio)
    {
        RequireEvidence(logEvidences);
        var needed = Thresholds.LogThreshold(falseDiscoveryRatio) + Math.Log(logEvidences.Count);
        var descending = logEvidences.OrderDescending().ToArray();
        for (var listed = descending.Length; listed > 0; listed--)
        {
            // the last of a list of this length must have K / (length x ratio)
            var least = needed - Math.Log(listed);
            if (descending[listed - 1] >= least)
            {
                return [.. Enumerable.Range(0, logEvidences.Count).Where(i => logEvidences[i] >= least)];
            }
        }

        return [];
    }

    private static double LeastAverage(double[] sorted, double[] weights, int at)
    {
        // relative to the metric's own evidence, which no member of its weakest set exceeds: nothing overflows
        var own = sorted[at];
        var weight = weights[at];
        var sum = weight;
        var average = own;
        for (var j = 0; j < at && sorted[j] < average; j++)
        {
            weight += weights[j];
            sum += weights[j] * Math.Exp(sorted[j] - own);
            average = own + Math.Log(sum / weight);
        }

        return average;
    }

    private static void RequireEvidence(IReadOnlyList<double> logEvidences)
    {
        ArgumentNullException.ThrowIfNull(logEvidences);
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
