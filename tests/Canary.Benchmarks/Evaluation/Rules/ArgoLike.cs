using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Argo Rollouts' rule: a measurement each minute; one more failed measurement than the limit aborts at once.</summary>
/// <remarks>Source: argoproj/argo-rollouts, metricproviders/prometheus: a ratio without requests is NaN, which meets no successCondition and so fails.</remarks>
internal sealed class ArgoLike<TBlock>(IMinuteCheck<TBlock> check, int failureLimit) : IRule<TBlock>
{
    private int _blocks;
    private int _failed;

    public Call See(in Reading<TBlock> reading)
    {
        check.Add(reading.Block);
        if (++_blocks % Clock.MinuteBlocks == 0 && check.Fails())
        {
            _failed++;
        }

        return _failed > failureLimit ? Call.RollBack : Call.Continue;
    }
}
