using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Flagger's rule: a check each minute; failures add up over the whole rollout and are never forgiven; the tick after they reach the threshold rolls back.</summary>
/// <remarks>Source: fluxcd/flagger, pkg/controller/scheduler.go and scheduler_metrics.go: a metric without values fails the check too.</remarks>
internal sealed class FlaggerLike<TBlock>(IMinuteCheck<TBlock> check, int threshold) : IRule<TBlock>
{
    private int _blocks;
    private int _failed;

    public Call See(in Reading<TBlock> reading)
    {
        check.Add(reading.Block);
        if (++_blocks % Clock.MinuteBlocks != 0)
        {
            return Call.Continue;
        }

        if (_failed >= threshold)
        {
            return Call.RollBack;
        }

        _failed += check.Fails() ? 1 : 0;
        return Call.Continue;
    }
}
