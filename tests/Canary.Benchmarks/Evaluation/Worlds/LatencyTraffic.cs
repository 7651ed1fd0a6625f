using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Requests that arrive as a Poisson process and take times independent of each other, unless the plan disturbs them.</summary>
/// <remarks>The buckets are then independent Poisson counts, which is how they are drawn: the law is the same as of a multinomial split of Poisson traffic.</remarks>
internal sealed class LatencyTraffic : ITraffic<LatencyBlock>
{
    /// <summary>Blocks before the rollout: five minutes.</summary>
    private const int HistoryBlocks = 30;

    private readonly Chance _chance;
    private readonly LatencyPlan _plan;
    private readonly LatencyBlock _drawn = LatencyBlock.Empty();
    private readonly Lazy<IReadOnlyList<LatencyBlock>> _history;
    private int _block;
    private int _step;

    public LatencyTraffic(Chance chance, LatencyPlan plan)
    {
        _chance = chance;
        _plan = plan;
        var past = chance.Fork();
        _history = new(() => [.. Enumerable.Range(-HistoryBlocks, HistoryBlocks).Select(block => Drawn(past, block, LatencyBlock.Empty()))]);
    }

    public IReadOnlyList<LatencyBlock> History => _history.Value;

    public DispersionEstimate? Dispersion => null;

    public Reading<LatencyBlock> Next()
    {
        var begins = _step < _plan.Steps.Count && _plan.Steps[_step] == _block;
        _step += begins ? 1 : 0;
        var moment = _plan.At(_block);
        return new(Drawn(_chance, _block++, _drawn), moment.Excess, begins);
    }

    private LatencyBlock Drawn(Chance chance, int block, LatencyBlock into)
    {
        _plan.At(block).Draw(chance, into);
        _plan.Disturbance?.Invoke(chance, into);
        return into;
    }
}
