using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

/// <summary>Seeded traffic with lognormal latencies (median 100 ms, sigma 0.6) in the bounds of a Prometheus client's defaults.</summary>
internal sealed class LatencyWorld(int seed)
{
    private readonly Random _random = new(seed);

    public static NumberList Bounds { get; } = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];

    private static double[] Reference { get; } = Shares(1);

    /// <summary>Bucket probabilities of the baseline with every latency multiplied.</summary>
    public static double[] Shares(double scale)
    {
        var shares = new double[Bounds.Count + 1];
        var below = 0.0;
        for (var i = 0; i < Bounds.Count; i++)
        {
            var next = Normal.CDF(Math.Log(100 * scale), 0.6, Math.Log(Bounds[i]));
            shares[i] = next - below;
            below = next;
        }

        shares[^1] = 1 - below;
        return shares;
    }

    /// <summary>The baseline with a share of requests moved to between half a second and a second.</summary>
    public static double[] Contaminated(double share) => [.. Reference.Select((own, bucket) => own * (1 - share) + (bucket == 7 ? share : 0))];

    public NumberList Counts(double requests) => Counts(requests, Reference);

    public NumberList Counts(double requests, double[] shares) =>
        NumberList.From(shares.Select(share => share * requests < 1e-12 ? 0.0 : Poisson.Sample(_random, share * requests)));

    public HistogramBlock Block(double candidateRequests, double baselineRequests, double[]? candidate = null) =>
        new(Bounds, Counts(candidateRequests, candidate ?? Reference), Counts(baselineRequests));
}
