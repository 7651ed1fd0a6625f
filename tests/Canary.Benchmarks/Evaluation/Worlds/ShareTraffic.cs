using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Completed requests of both arms, where a share of the candidate's never completes, and requests may be dealt in groups (connections).</summary>
/// <param name="chance">Where numbers come from.</param>
/// <param name="rate">Requests per second of both arms.</param>
/// <param name="weight">The candidate's planned share.</param>
/// <param name="completing">Share of the candidate's requests that complete.</param>
/// <param name="group">Requests that are dealt together.</param>
internal sealed class ShareTraffic(Chance chance, double rate, double weight, double completing, double group) : ITraffic<ShareBlock>
{
    private readonly PoissonLaw _candidate = new(Clock.BlockSeconds * rate * weight / group);
    private readonly PoissonLaw _baseline = new(Clock.BlockSeconds * rate * (1 - weight) / group);

    public IReadOnlyList<ShareBlock> History => [];

    public DispersionEstimate? Dispersion => null;

    public Reading<ShareBlock> Next() =>
        new(new(BinomialLaw.Draw(chance, group * _candidate.Draw(chance), completing), group * _baseline.Draw(chance), weight), Clock.BlockSeconds * rate * weight * (1 - completing));
}
