using MathNet.Numerics.Distributions;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>How long requests take: the share that is slower than a time in milliseconds.</summary>
/// <param name="Slower">Share in [0, 1] for a time greater than 0.</param>
internal sealed record LatencyLaw(Func<double, double> Slower)
{
    private const double Median = 100;
    private const double Sigma = 0.6;

    /// <summary>The reference's service: lognormal, median 100 ms, p99 404 ms.</summary>
    public static LatencyLaw Usual { get; } = Lognormal(Median, Sigma);

    public static LatencyLaw Lognormal(double median, double sigma) => new(milliseconds => Normal.CDF(0, 1, -Math.Log(milliseconds / median) / sigma));

    public static double Quantile(double probability) => Median * Math.Exp(Sigma * Normal.InvCDF(0, 1, probability));

    /// <summary>Every request takes a factor longer.</summary>
    public LatencyLaw Scaled(double factor) => new(milliseconds => Slower(milliseconds / factor));

    /// <summary>Of the usual service, what is slower than p95 is stretched in the logarithm, so that p99 rises by a share.</summary>
    public static LatencyLaw Tail(double rise)
    {
        var (from, p99) = (Quantile(0.95), Quantile(0.99));
        var power = Math.Log(p99 * (1 + rise) / from) / Math.Log(p99 / from);
        return new(milliseconds => Usual.Slower(milliseconds <= from ? milliseconds : from * Math.Pow(milliseconds / from, 1 / power)));
    }

    /// <summary>A share of requests follows another law.</summary>
    public LatencyLaw Mixed(double share, LatencyLaw other) => new(milliseconds => (1 - share) * Slower(milliseconds) + share * other.Slower(milliseconds));

    /// <summary>A share of requests takes a time longer.</summary>
    public LatencyLaw Delayed(double share, double extra) =>
        new(milliseconds => (1 - share) * Slower(milliseconds) + share * (milliseconds > extra ? Slower(milliseconds - extra) : 1));

    /// <summary>The share of each bucket.</summary>
    public double[] Shares(IReadOnlyList<double> bounds)
    {
        var shares = new double[bounds.Count + 1];
        var above = 1.0;
        for (var i = 0; i < bounds.Count; i++)
        {
            var next = Slower(bounds[i]);
            shares[i] = above - next;
            above = next;
        }

        shares[^1] = above;
        return shares;
    }
}
