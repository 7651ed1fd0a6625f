using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class DriftTests
{
    [Fact]
    public void Decide_WeightsChangedOnce_ArePutBackAndTheWriterIsNamed()
    {
        var world = AtWeight(50);
        Drift(world, 100, 0);

        world.Settle();

        Assert.Equal(50, world.CandidateWeight);
        var told = Assert.Single(world.Told, announcement => announcement.Reason == "TrafficDrift");
        Assert.True(told.Warning);
        Assert.Contains("kubectl", told.Message, StringComparison.Ordinal);
        Assert.Contains("checkout/primary 100/0", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_SubsetPointedElsewhere_IsPutBack()
    {
        var world = AtWeight(50);
        world.StableSubset = V2;

        world.Settle();

        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(1, Times(world, "TrafficDrift"));
    }

    [Fact]
    public void Decide_ThreeChangesOverALongTime_DoNotStall()
    {
        var world = AtWeight(50);
        for (var i = 0; i < 4; i++)
        {
            Drift(world, 100, 0);
            world.Run(TimeSpan.FromSeconds(31));
        }

        Assert.Null(world.Status.StalledSince);
        Assert.Equal(50, world.CandidateWeight);
    }

    [Fact]
    public void Decide_Stalled_HoldsTheStepsClock()
    {
        var world = Stalled(50);
        var entered = world.Status.Journey!.EnteredAt;
        world.Run(TimeSpan.FromMinutes(4));
        Drift(world, 50, 50);
        world.Settle();

        Assert.True(world.Status.Journey!.EnteredAt >= entered + TimeSpan.FromMinutes(4));
        Assert.Null(world.Status.StalledSince);
    }

    [Fact]
    public void Decide_StalledForFiveMinutes_PutsTheWeightsBackOnceMore()
    {
        var world = Stalled(50);

        world.Run(TimeSpan.FromMinutes(4));
        Assert.Equal(70, world.CandidateWeight);
        world.Run(TimeSpan.FromSeconds(70));

        Assert.Equal(50, world.CandidateWeight);
    }

    [Theory]
    [InlineData(CommandVerb.Resume, 50)]
    [InlineData(CommandVerb.Abort, 0)]
    [InlineData(CommandVerb.Promote, 50)]
    public void Decide_CommandWhileStalled_PutsTheWeightsBack(CommandVerb verb, int expected)
    {
        var world = Stalled(50);

        Order(world, verb);

        Assert.Equal(expected, world.CandidateWeight);
    }

    [Fact]
    public void Decide_VerdictFailsWhileStalled_StillTakesTheTrafficAway()
    {
        var world = Stalled(50);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);

        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_CandidateDiesWhileStalled_StillTakesTheTrafficAway()
    {
        var world = Stalled(50);
        Lose(world, "v2");

        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_AnotherWriterExposesDrainingPods_IsPutBackEveryTime()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Abort);
        for (var i = 0; i < 5; i++)
        {
            Drift(world, 50, 50);
            world.Settle();
            Assert.Equal(0, world.CandidateWeight);
        }
    }

    [Fact]
    public void Decide_AnotherWriterWhileIdle_IsLeftAloneAfterThreeTimes()
    {
        var world = Adopted();
        for (var i = 0; i < 3; i++)
        {
            Drift(world, 50, 50);
            world.Settle();
        }

        Assert.Equal(50, world.CandidateWeight);
        Assert.Equal("TrafficConflict", ConditionOf(world, "Stalled").Reason);
        Assert.Equal(1, Times(world, "Stalled"));
        Assert.Equal(2, Times(world, "TrafficDrift"));
    }

    [Fact]
    public void Decide_NewTemplateWhileStalled_DoesNotStart()
    {
        var world = Adopted();
        for (var i = 0; i < 3; i++)
        {
            Drift(world, 50, 50);
            world.Settle();
        }

        world.Deployment!.Template = "v2";
        world.Settle();

        Assert.Null(world.Status.Journey);
        Assert.Contains("another writer sets the weights", world.Status.Message, StringComparison.Ordinal);
    }
}
