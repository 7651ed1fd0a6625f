using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Completed requests of both arms when users stay with theirs.</summary>
/// <param name="chance">Where numbers come from.</param>
/// <param name="rate">Requests per second of both arms.</param>
/// <param name="weight">The candidate's planned share.</param>
internal sealed class SessionShares(Chance chance, double rate, double weight) : ITraffic<ShareBlock>
{
    private readonly Sessions _sessions = new(chance, rate, weight, 0, 0, 0);

    public IReadOnlyList<ShareBlock> History => [];

    public DispersionEstimate? Dispersion => null;

    public Reading<ShareBlock> Next()
    {
        var block = _sessions.Next().Block;
        return new(new(block.CandidateRequests, block.BaselineRequests, weight), 0);
    }
}
