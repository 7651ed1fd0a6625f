using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>The least time that any sequential test needs, on average and with full power, to tell one latency distribution from another.</summary>
/// <remarks>
/// The divergence of both arms from the nearest pair of distributions that a test must not call different. Of the claim "both are alike" that pair is the pooled distribution, as in
/// the reference. Of the claim that is really tested, "the candidate is not slower at any bound", it is each arm times the isotonic regression of the pooled distribution over it,
/// which is nearer wherever the ratio of the arms does not rise all along; so that this bound is the sharper one. Source: T. Robertson, F. T. Wright, "On the maximum likelihood
/// estimation of stochastically ordered random variates", Annals of Statistics 2 (1974); checked in LatencyBoundTests against ordered pairs drawn at random.
/// </remarks>
internal static class LatencyBound
{
    /// <summary>The bound against "both are alike", seconds; positive infinity when they are.</summary>
    /// <param name="baseline">The baseline's share of each bucket.</param>
    /// <param name="candidate">The candidate's share of each bucket.</param>
    /// <param name="rate">Requests per second of both arms.</param>
    /// <param name="weight">The candidate's share of them, in (0, 1).</param>
    public static double Alike(double[] baseline, double[] candidate, double rate, double weight) => Seconds(rate, NatsAlike(baseline, candidate, weight));

    /// <summary>The bound against "the candidate is not slower", seconds; positive infinity when it is not.</summary>
    /// <param name="baseline">The baseline's share of each bucket.</param>
    /// <param name="candidate">The candidate's share of each bucket.</param>
    /// <param name="rate">Requests per second of both arms.</param>
    /// <param name="weight">The candidate's share of them, in (0, 1).</param>
    public static double NotSlower(double[] baseline, double[] candidate, double rate, double weight) => Seconds(rate, NatsNotSlower(baseline, candidate, weight));

    internal static double NatsAlike(double[] baseline, double[] candidate, double weight)
    {
        var pooled = Pooled(baseline, candidate, weight);
        return weight * Divergence(candidate, pooled) + (1 - weight) * Divergence(baseline, pooled);
    }

    internal static double NatsNotSlower(double[] baseline, double[] candidate, double weight)
    {
        var pooled = Pooled(baseline, candidate, weight);
        return weight * Divergence(candidate, Nearest(candidate, pooled, rises: false)) + (1 - weight) * Divergence(baseline, Nearest(baseline, pooled, rises: true));
    }

    internal static double Divergence(double[] actual, double[] assumed) =>
        Math.Max(0, actual.Zip(assumed, (own, other) => own > 0 ? own * Math.Log(own / other) : 0).Sum());

    private static double Seconds(double rate, double nats) => Thresholds.LogThreshold(StatisticsDefaults.FalseRollbackProbability) / (rate * nats);

    private static double[] Pooled(double[] baseline, double[] candidate, double weight) =>
        [.. baseline.Select((share, bucket) => weight * candidate[bucket] + (1 - weight) * share)];

    private static double[] Nearest(double[] own, double[] pooled, bool rises)
    {
        var order = Enumerable.Range(0, own.Length).Where(bucket => own[bucket] > 0).ToArray();
        double[] ratios = [.. order.Select(bucket => (rises ? 1 : -1) * pooled[bucket] / own[bucket])];
        var fit = IsotonicRegression.Fit(ratios, [.. order.Select(bucket => own[bucket])]);
        var nearest = new double[own.Length];
        for (var i = 0; i < order.Length; i++)
        {
            nearest[order[i]] = own[order[i]] * Math.Abs(fit[i]);
        }

        return nearest;
    }
}
