using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Our guard of the traffic share.</summary>
/// <param name="settings">What it tolerates.</param>
/// <param name="logThreshold">Log evidence that decides.</param>
internal sealed class ShareEvidence(ShareTestSettings settings, double logThreshold) : IRule<ShareBlock>
{
    private ShareTestState _state = ShareTest.Start(settings);

    public Call See(in Reading<ShareBlock> reading)
    {
        _state = ShareTest.Advance(settings, _state, reading.Block);
        return ShareTest.LogEvidence(settings, _state) >= logThreshold ? Call.RollBack : Call.Continue;
    }
}
