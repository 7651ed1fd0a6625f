using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class NativeUpdateTests
{
    [Fact]
    public void Decide_UnpausedBySomebody_IsPausedAgainAndToldOnce()
    {
        var world = Adopted();
        world.Deployment!.Paused = false;

        world.Run(TimeSpan.FromSeconds(5));

        Assert.True(world.Deployment.Paused);
        Assert.Equal(1, Times(world, "DeploymentUnpaused"));
        Assert.Empty(world.Status.History);
    }

    [Fact]
    public void Decide_UnpausedDuringARollout_GoesOnAfterwards()
    {
        var world = AtWeight(50);
        world.Deployment!.Paused = false;

        world.Pass();

        Assert.True(world.Deployment.Paused);
        Assert.Equal(50, world.CandidateWeight);
        Assert.Equal(V2, world.Status.Candidate!.Revision);
    }

    [Fact]
    public void Decide_NativeUpdateBegun_IsLetFinishAndRecorded()
    {
        var world = Adopted();
        world.Deployment!.Paused = false;
        world.Deployment.Template = "v5";
        world.Step(TimeSpan.FromSeconds(1));

        world.Settle();
        Assert.False(world.Deployment.Paused);
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal("v5", world.Status.Stable!.Revision.Hash);
        Assert.Equal(Outcome.Unanalysed, world.Status.History[0].Outcome);
        Assert.Equal("v5", world.StableSubset!.Value.Hash);
        Assert.True(world.Deployment.Paused);
        Assert.Equal(1, Times(world, "NativeUpdate"));
        Assert.Equal(1, Times(world, "Unanalysed"));
    }

    [Fact]
    public void Decide_NativeUpdateDuringARollout_TakesTheWeightFromTheCandidate()
    {
        var world = AtWeight(50);
        world.Deployment!.Paused = false;
        world.Deployment.Template = "v5";
        world.Step(TimeSpan.FromSeconds(1));

        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
        Assert.Null(world.Status.Journey);
        Assert.Equal(Outcome.Superseded, world.Status.History[0].Outcome);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Null(world.Find("v2"));
    }

    [Theory]
    [InlineData(CommandVerb.Abort)]
    [InlineData(CommandVerb.Rollback)]
    public void Decide_OrderDuringABrokenNativeUpdate_TakesItBack(CommandVerb verb)
    {
        var world = Native();

        var command = Order(world, verb, by: "alice");
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(CommandResult.Accepted, command.Result);
        Assert.Equal("v1", world.Deployment!.Template);
        Assert.Equal(V1, world.Status.Stable!.Revision);
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
        Assert.Equal(0, world.Find("v5")!.Replicas);
        Assert.True(world.Deployment.Paused);
        Assert.Equal(Phase.Healthy, world.Status.Phase);
        Assert.DoesNotContain(world.Status.History, entry => entry.Outcome == Outcome.Unanalysed);
    }

    [Fact]
    public void Decide_RevisionTakenBackFromANativeUpdateReturns_IsNotStarted()
    {
        var world = Native();
        Order(world, CommandVerb.Abort);
        world.Run(TimeSpan.FromSeconds(30));

        world.Deployment!.Template = "v5";
        world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(Phase.Degraded, world.Status.Phase);
    }

    [Fact]
    public void Decide_TakenOverWhileRolling_WaitsUntilItHasFinished()
    {
        var world = new World();
        world.Deployment!.Template = "v2";
        world.Step(TimeSpan.FromSeconds(1));

        world.Settle();
        Assert.Null(world.Status.Stable);
        Assert.False(world.Deployment.Paused);
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(V2, world.Status.Stable!.Revision);
        Assert.True(world.Deployment.Paused);
    }
}
