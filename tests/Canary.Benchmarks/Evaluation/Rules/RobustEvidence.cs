using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Our test of counts with its second key: both the count test and the self-normalised one must have enough evidence.</summary>
/// <param name="settings">What the count test asks.</param>
/// <param name="key">What the second test asks.</param>
/// <param name="logThreshold">Log evidence that decides, of both.</param>
internal sealed class RobustEvidence(CountTestSettings settings, SelfNormalisedTestSettings key, double logThreshold) : IRule<CountBlock>
{
    private CountTestState _counts = CountTest.Start(settings);
    private SelfNormalisedTestState _key = SelfNormalisedTest.Start();

    public Call See(in Reading<CountBlock> reading)
    {
        _counts = CountTest.Advance(settings, _counts, reading.Block);
        _key = SelfNormalisedTest.Advance(key, _key, reading.Block);
        return SelfNormalisedTest.LogEvidence(key, _key) >= logThreshold && CountTest.LogEvidence(settings, _counts) >= logThreshold ? Call.RollBack : Call.Continue;
    }
}
