using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Our test of counts with its second key: both the count test and the self-normalised one must have enough evidence.</summary>
/// <param name="settings">What the count test asks.</param>
/// <param name="key">What the second test asks.</param>
/// <param name="logThreshold">Log evidence that decides, of both.</param>
/// <param name="keyPeriod">Blocks that the second test reads as one: what fails together should be in one.</param>
internal sealed class RobustEvidence(CountTestSettings settings, SelfNormalisedTestSettings key, double logThreshold, int keyPeriod = 1) : IRule<CountBlock>
{
    private CountTestState _counts = CountTest.Start(settings);
    private SelfNormalisedTestState _key = SelfNormalisedTest.Start();
    private CountBlock _read;
    private int _blocks;

    public Call See(in Reading<CountBlock> reading)
    {
        _counts = CountTest.Advance(settings, _counts, reading.Block);
        _read = _read.Plus(reading.Block);
        if (++_blocks % keyPeriod == 0)
        {
            _key = SelfNormalisedTest.Advance(key, _key, _read);
            _read = default;
        }

        return SelfNormalisedTest.LogEvidence(key, _key) >= logThreshold && CountTest.LogEvidence(settings, _counts) >= logThreshold ? Call.RollBack : Call.Continue;
    }
}
