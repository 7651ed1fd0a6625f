using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Our test of latencies, of either side, with the alternatives made from the stable version's last five minutes.</summary>
internal sealed class LatencyEvidence : IRule<LatencyBlock>
{
    private readonly LatencyTestSettings _settings;
    private readonly Layout _layout;
    private readonly double _logThreshold;
    private readonly bool _accepts;
    private LatencyTestState _state;

    public LatencyEvidence(LatencyTestSettings settings, Layout layout, double logThreshold, IReadOnlyList<LatencyBlock> history, bool accepts = false)
    {
        (_settings, _layout, _logThreshold, _accepts) = (settings, layout, logThreshold, accepts);
        var reference = new double[Layout.All.Count + 1];
        foreach (var block in history)
        {
            for (var bucket = 0; bucket < reference.Length; bucket++)
            {
                reference[bucket] += block.Candidate[bucket] + block.Baseline[bucket]; // before the rollout both are the stable version
            }
        }

        _state = LatencyTest.Start(settings, layout.Bounds, layout.Collect(reference));
    }

    public Call See(in Reading<LatencyBlock> reading)
    {
        _state = LatencyTest.Advance(_settings, _state, _layout.Collect(reading.Block)).State;
        return _accepts
            ? LatencyTest.LogAcceptance(_settings, _state) >= _logThreshold ? Call.Accept : Call.Continue
            : LatencyTest.LogEvidence(_state) >= _logThreshold ? Call.RollBack : Call.Continue;
    }
}
