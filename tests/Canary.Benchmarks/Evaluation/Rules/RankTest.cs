using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>What people do by hand: the one-sided Mann-Whitney test on all requests so far, again and again, here with the requests of a bucket as ties.</summary>
/// <param name="quantile">Normal quantile that decides.</param>
/// <param name="period">Blocks between two looks.</param>
internal sealed class RankTest(double quantile, int period) : IRule<LatencyBlock>
{
    private readonly LatencyBlock _sum = LatencyBlock.Empty();
    private int _blocks;

    public Call See(in Reading<LatencyBlock> reading)
    {
        for (var bucket = 0; bucket < _sum.Candidate.Length; bucket++)
        {
            _sum.Candidate[bucket] += reading.Block.Candidate[bucket];
            _sum.Baseline[bucket] += reading.Block.Baseline[bucket];
        }

        return ++_blocks % period == 0 && Score() > quantile ? Call.RollBack : Call.Continue;
    }

    private double Score()
    {
        var (candidates, baselines) = (_sum.Candidate.Sum(), _sum.Baseline.Sum());
        var (before, wins, ties) = (0.0, 0.0, 0.0);
        for (var bucket = 0; bucket < _sum.Candidate.Length; bucket++)
        {
            var (candidate, baseline) = (_sum.Candidate[bucket], _sum.Baseline[bucket]);
            wins += candidate * (before + baseline / 2);
            before += baseline;
            ties += Math.Pow(candidate + baseline, 3) - (candidate + baseline);
        }

        var all = candidates + baselines;
        var variance = candidates * baselines / 12 * (all + 1 - ties / (all * (all - 1)));
        return variance > 0 ? (wins - candidates * baselines / 2) / Math.Sqrt(variance) : 0;
    }
}
