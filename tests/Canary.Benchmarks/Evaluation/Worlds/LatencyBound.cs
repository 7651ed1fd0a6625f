using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>The least time that any sequential test needs, on average and with full power, to tell that one latency distribution is stochastically larger than another.</summary>
/// <remarks>
/// The divergence of both arms from the nearest pair of distributions in which the candidate is not slower. That pair is each arm times the isotonic regression of the pooled
/// distribution over it: where the ratio of the arms rises all along, the pooled distribution itself. Source: T. Robertson, F. T. Wright, "On the maximum likelihood estimation of
/// stochastically ordered random variates", Annals of Statistics 2 (1974); checked in LatencyBoundTests against a search over ordered pairs.
/// </remarks>
internal static class LatencyBound
{
    /// <summary>The bound in seconds; positive infinity when the candidate is not slower.</summary>
    /// <param name="baseline">The baseline's share of each bucket.</param>
    /// <param name="candidate">The candidate's share of each bucket.</param>
    /// <param name="rate">Requests per second of both arms.</param>
    /// <param name="weight">The candidate's share of them, in (0, 1).</param>
    public static double Seconds(double[] baseline, double[] candidate, double rate, double weight) =>
        Thresholds.LogThreshold(StatisticsDefaults.FalseRollbackProbability) / (rate * Nats(baseline, candidate, weight));

    /// <summary>Information of one request of either arm, nats.</summary>
    public static double Nats(double[] baseline, double[] candidate, double weight)
    {
        double[] pooled = [.. baseline.Select((share, bucket) => weight * candidate[bucket] + (1 - weight) * share)];
        return weight * Divergence(candidate, pooled, rises: false) + (1 - weight) * Divergence(baseline, pooled, rises: true);
    }

    private static double Divergence(double[] own, double[] pooled, bool rises)
    {
        var order = Enumerable.Range(0, own.Length).Where(bucket => own[bucket] > 0).ToArray();
        double[] ratios = [.. order.Select(bucket => (rises ? 1 : -1) * pooled[bucket] / own[bucket])];
        var fit = IsotonicRegression.Fit(ratios, [.. order.Select(bucket => own[bucket])]);
        return Math.Max(0, order.Select((bucket, i) => -own[bucket] * Math.Log(Math.Abs(fit[i]))).Sum());
    }
}
