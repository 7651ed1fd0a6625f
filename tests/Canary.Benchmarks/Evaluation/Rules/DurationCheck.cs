using Canary.Benchmarks.Evaluation.Worlds;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>The candidate's p99 is at most half a second: the threshold of Flagger's own examples.</summary>
/// <remarks>The interpolated quantile is above a bound exactly when more than 1 % of the requests are, so that counting is enough.</remarks>
internal sealed class DurationCheck : IMinuteCheck<LatencyBlock>
{
    private const double MostSlow = 0.01;
    private static readonly int FirstSlow = Layout.Bucket(500) + 1;
    private double _requests;
    private double _slow;

    public void Add(LatencyBlock block)
    {
        for (var bucket = 0; bucket < block.Candidate.Length; bucket++)
        {
            _requests += block.Candidate[bucket];
            _slow += bucket >= FirstSlow ? block.Candidate[bucket] : 0;
        }
    }

    public bool Fails()
    {
        var fails = _requests == 0 || _slow > MostSlow * _requests;
        (_requests, _slow) = (0, 0);
        return fails;
    }
}
