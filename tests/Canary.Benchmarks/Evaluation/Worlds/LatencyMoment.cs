using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Traffic of both arms at a time, ready to be drawn. Immutable.</summary>
internal sealed class LatencyMoment
{
    private static readonly double Slow = LatencyLaw.Quantile(0.99);
    private readonly PoissonLaw[] _candidate;
    private readonly PoissonLaw[] _baseline;

    public LatencyMoment(double candidateRate, double baselineRate, LatencyLaw candidate, LatencyLaw baseline)
    {
        _candidate = Laws(candidateRate, candidate);
        _baseline = Laws(baselineRate, baseline);
        Excess = Clock.BlockSeconds * candidateRate * (candidate.Slower(Slow) - baseline.Slower(Slow));
    }

    /// <summary>Requests slower than the usual service's p99 that the candidate adds in a block, expected.</summary>
    public double Excess { get; }

    public static LatencyMoment Split(double rate, double weight, LatencyLaw candidate, LatencyLaw baseline) => new(rate * weight, rate * (1 - weight), candidate, baseline);

    public void Draw(Chance chance, LatencyBlock into)
    {
        Draw(chance, _candidate, into.Candidate);
        Draw(chance, _baseline, into.Baseline);
    }

    private static void Draw(Chance chance, PoissonLaw[] laws, double[] into)
    {
        for (var bucket = 0; bucket < laws.Length; bucket++)
        {
            into[bucket] = laws[bucket].Draw(chance);
        }
    }

    private static PoissonLaw[] Laws(double rate, LatencyLaw law) => [.. law.Shares(Layout.All).Select(share => new PoissonLaw(Clock.BlockSeconds * rate * Math.Max(0, share)))];
}
