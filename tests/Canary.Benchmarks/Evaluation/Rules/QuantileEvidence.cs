using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Our test of one quantile with a margin, of either side.</summary>
/// <param name="settings">What it asks.</param>
/// <param name="layout">The buckets.</param>
/// <param name="logThreshold">Log evidence that decides.</param>
internal sealed class QuantileEvidence(QuantileTestSettings settings, Layout layout, double logThreshold) : IRule<LatencyBlock>
{
    private QuantileTestState _state = QuantileTest.Start(layout.Bounds);

    public Call See(in Reading<LatencyBlock> reading)
    {
        _state = QuantileTest.Advance(settings, _state, layout.Collect(reading.Block));
        return QuantileTest.LogEvidence(settings, _state) < logThreshold ? Call.Continue : settings.SeeksSlower ? Call.RollBack : Call.Accept;
    }
}
