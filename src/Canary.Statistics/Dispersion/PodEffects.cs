namespace Canary.Statistics;

/// <summary>What pods of one version differ by for good (a bad node, a cold cache), and the margin that allows for it. No test can tell such a difference from a regression; only a margin or more pods can.</summary>
/// <remarks>Source: docs/analysis.md. Pure; thread-safe.</remarks>
public static class PodEffects
{
    /// <summary>Between-pod standard deviation of the logarithm of the error rate, beyond what chance makes.</summary>
    /// <param name="pods">Counts of equal pods over a long time, any order.</param>
    /// <returns>Standard deviation, 0 or more; null with fewer than two pods that had requests.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pods"/> is null.</exception>
    public static double? StandardDeviation(IReadOnlyList<PodCounts> pods)
    {
        ArgumentNullException.ThrowIfNull(pods);
        var used = pods.Where(pod => pod.Requests > 0).ToArray();
        if (used.Length < 2)
        {
            return null;
        }

        // half a bad request more, so that none is not minus infinity; its logarithm then has variance of about 1 / (errors + 1/2)
        var logs = used.Select(pod => Math.Log((pod.Errors + 0.5) / (pod.Requests + 1))).ToArray();
        var mean = logs.Average();
        var spread = logs.Sum(log => (log - mean) * (log - mean)) / (logs.Length - 1);
        return Math.Sqrt(Math.Max(0, spread - used.Average(pod => 1 / (pod.Errors + 0.5))));
    }

    /// <summary>The least margin under which pods that differ for good are rarely taken for a regression (one in a hundred).</summary>
    /// <param name="standardDeviation">Between-pod standard deviation of the logarithm of the error rate; finite, 0 or more.</param>
    /// <param name="candidatePods">Pods of the candidate, at least 1.</param>
    /// <param name="baselinePods">Pods of the baseline, at least 1.</param>
    /// <returns>r0, at least 1: e^(2.33 sd sqrt(1/kc + 1/kb)).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double LeastMarginRatio(double standardDeviation, int candidatePods, int baselinePods)
    {
        Require.NotNegative(standardDeviation);
        ArgumentOutOfRangeException.ThrowIfLessThan(candidatePods, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(baselinePods, 1);
        return Math.Exp(StatisticsDefaults.PodEffectQuantile * standardDeviation * Math.Sqrt(1.0 / candidatePods + 1.0 / baselinePods));
    }
}
