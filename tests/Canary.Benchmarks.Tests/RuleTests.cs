using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Tests;

/// <summary>The rules of others are modelled as their source has them.</summary>
public sealed class RuleTests
{
    private static readonly CountBlock Good = new(100, 100, 1, 0);
    private static readonly CountBlock Bad = new(100, 100, 2, 0);
    private static readonly CountBlock Silent = new(0, 100, 0, 0);

    [Fact]
    public void FlaggerLike_FifthFailedMinute_RollsBackATickLater() =>
        Assert.Equal(360, SecondsUntil(new FlaggerLike<CountBlock>(new SuccessRateCheck(), 5), _ => Bad));

    [Fact]
    public void FlaggerLike_GoodMinutesBetween_ForgiveNothing() =>
        Assert.Equal(240, SecondsUntil(new FlaggerLike<CountBlock>(new SuccessRateCheck(), 2), minute => minute % 2 == 0 ? Bad : Good));

    [Fact]
    public void FlaggerLike_NoRequests_Fails() =>
        Assert.Equal(120, SecondsUntil(new FlaggerLike<CountBlock>(new SuccessRateCheck(), 1), _ => Silent));

    [Fact]
    public void ArgoLike_OneMoreFailureThanTheLimit_RollsBackAtOnce() =>
        Assert.Equal(240, SecondsUntil(new ArgoLike<CountBlock>(new SuccessRateCheck(), 3), _ => Bad));

    [Fact]
    public void SuccessRateCheck_ExactlyOnePercentBad_Passes() =>
        Assert.Equal(double.PositiveInfinity, SecondsUntil(new ArgoLike<CountBlock>(new SuccessRateCheck(), 0), _ => Good));

    [Fact]
    public void ZTest_TwoSigma_RollsBackAtFivePercentAlone()
    {
        // 60 of 1000 against 40 of 1000: z = 0.02 / sqrt(0.05 * 0.95 * 2 / 1000) = 2.052
        var block = new CountBlock(1000, 1000, 60, 40);

        Assert.Equal(Call.RollBack, new ZTest(ZTest.Five, 1).See(new(block, 0)));
        Assert.Equal(Call.Continue, new ZTest(ZTest.One, 1).See(new(block, 0)));
    }

    private static double SecondsUntil(IRule<CountBlock> rule, Func<int, CountBlock> blockOfMinute)
    {
        for (var block = 1; block <= Clock.HourBlocks; block++)
        {
            if (rule.See(new(blockOfMinute((block - 1) / Clock.MinuteBlocks), 0)) == Call.RollBack)
            {
                return block * Clock.BlockSeconds;
            }
        }

        return double.PositiveInfinity;
    }
}
