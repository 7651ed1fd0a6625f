using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;

namespace Canary.Core.Tests.Analysis;

public sealed class ExposureTests
{
    private static readonly DateTimeOffset Noon = JudgeBench.Noon;

    [Fact]
    public void Of_Idle_IsNone() => Assert.Equal(Exposure.None, Exposure.Of(RolloutStatus.Initial));

    [Fact]
    public void Of_WeightOnItsWay_IsNotYetKnown() =>
        Assert.Equal(new Exposure(Noon, new Weight(5), null) { Later = 1 }, Exposure.Of(Status("v1", 5, null)));

    [Fact]
    public void Of_WeightSettled_IsKnownAfterThePropagation() =>
        Assert.Equal(new Exposure(Noon, new Weight(5), Noon.AddSeconds(9)) { Later = 1 }, Exposure.Of(Status("v1", 5, Noon.AddSeconds(4))));

    [Fact]
    public void Of_BothSubsetsSelectTheCandidate_IsAllTraffic() =>
        Assert.Equal(Weight.Full, Exposure.Of(Status("v2", 0, Noon)).Weight);

    [Theory]
    [InlineData(0, 0, 1, 1)]
    [InlineData(0, 5, 1, 1)]
    [InlineData(1, 5, 1, 1)]
    [InlineData(2, 5, 1, 1)]
    [InlineData(2, 50, 2, 0)]
    [InlineData(3, 50, 2, 0)]
    [InlineData(4, 50, 2, 0)]
    [InlineData(5, 100, 2, 0)]
    public void Of_StepOfThePlan_CountsTheWeightsThatWereReachedAndCanBeCompared(int step, int weight, int begun, int later)
    {
        var status = Status("v1", weight, Noon);

        var exposure = Exposure.Of(status with { Journey = status.Journey! with { Step = step } });

        Assert.Equal((begun, later), (exposure.Begun, exposure.Later));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 10)]
    [InlineData(5, 15)]
    public void Of_AnalyzeStep_EndsAtItsMost(int step, int? minutes)
    {
        var status = Status("v1", 5, Noon);

        var exposure = Exposure.Of(status with { Journey = status.Journey! with { Step = step } });

        Assert.Equal(minutes is { } most ? Noon.AddMinutes(most) : null, exposure.StepEndsAt);
    }

    private static RolloutStatus Status(string stable, int percent, DateTimeOffset? settled) => RolloutStatus.Initial with
    {
        Plan = TestSpecs.Default,
        Candidate = new Arm(new Revision("v2"), "checkout-v2", "shop/checkout:v2"),
        Journey = new Journey { Stage = Stage.Stepping, EnteredAt = Noon, ExposedSince = Noon },
        Traffic = new TrafficStatus(new Revision(stable), new Revision("v2"), new Weight(percent), settled),
    };
}
