using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class AdoptionTests
{
    [Fact]
    public void Decide_FirstPass_OnlyAddsTheFinalizer()
    {
        var decision = RolloutMachine.Decide(new World().Observe());

        Assert.Equal([new Effect.AddFinalizer()], decision.Effects);
        Assert.Equal(V1, decision.Status.Stable!.Revision);
        Assert.Contains(decision.Announcements, told => told.Reason == "Adopted");
    }

    [Fact]
    public void Decide_Adoption_RemembersWhatItFoundBeforeItChangesIt()
    {
        var world = new World { StableWeight = 100, CandidateWeight = 0, StableSubset = V1 };

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(new Original(false, "100/0 v1/"), world.Status.Original);
    }

    [Fact]
    public void Decide_PausedByItsOwner_IsRememberedAsPaused()
    {
        var world = new World();
        world.Deployment!.Paused = true;

        world.Run(TimeSpan.FromSeconds(5));
        Assert.True(world.Status.Original!.Paused);
        world.Deleting = true;
        world.Run(TimeSpan.FromSeconds(5));

        Assert.True(world.Gone);
        Assert.True(world.Deployment.Paused);
    }

    [Fact]
    public void Decide_RoutesNotInOrder_PausesButTouchesNoTraffic()
    {
        var world = new World { RouteMissing = true };

        world.Run(TimeSpan.FromSeconds(5));

        Assert.True(world.Deployment!.Paused);
        Assert.Null(world.Status.Traffic);
        Assert.DoesNotContain(world.Done, effect => effect is Effect.PointSubsets or Effect.SetWeight);
    }

    [Fact]
    public void Decide_PausedWithAnotherTemplate_AdoptsWhatServesAndStartsARollout()
    {
        var world = new World();
        world.Deployment!.Paused = true;
        world.Deployment.Template = "v2";

        world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(V1, world.Status.Stable!.Revision);
        Assert.Equal(V2, world.Status.Candidate!.Revision);
    }

    [Fact]
    public void Decide_PausedWithoutPods_SaysWhatToDo()
    {
        var world = new World();
        world.ReplicaSets.Clear();
        world.Deployment!.Paused = true;

        world.Settle();

        Assert.Contains("unpause it", world.Status.Message, StringComparison.Ordinal);
        Assert.Empty(world.Done);
    }

    [Fact]
    public void Decide_ControllerHasNotSeenTheSpec_Waits()
    {
        var observed = new World().Observe();

        var decision = RolloutMachine.Decide(observed with { Deployment = observed.Deployment! with { Observed = false } });

        Assert.Null(decision.Status.Stable);
        Assert.Empty(decision.Effects);
        Assert.Equal(Phase.Progressing, decision.Status.Phase);
    }

    [Fact]
    public void Decide_NoDeployment_IsInvalidAndSaysSo()
    {
        var world = new World { Deployment = null };

        world.Settle();

        Assert.Equal(Phase.Invalid, world.Status.Phase);
        Assert.Contains("there is no Deployment checkout in namespace shop", world.Status.Message, StringComparison.Ordinal);
        Assert.Empty(world.Done);
    }

    [Fact]
    public void Decide_DeploymentDeletedInFlight_RemovesTheCandidateAndWaits()
    {
        var world = AtWeight(50);
        world.Deployment = null;

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(Phase.Invalid, world.Status.Phase);
        Assert.Empty(Assert.Single(world.ReplicaSets).Pods);
        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(Outcome.Released, world.Status.History[0].Outcome);
        Assert.Equal(1, Times(world, "DeploymentDeleted"));
    }

    [Fact]
    public void Decide_DeploymentComesBack_IsAdoptedAnew()
    {
        var world = AtWeight(50);
        world.Deployment = null;
        world.Run(TimeSpan.FromMinutes(1));
        world.Deployment = new SimulatedDeployment { Replicas = 2, Template = "v9" };

        world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(Phase.Healthy, world.Status.Phase);
        Assert.Equal("v9", world.StableSubset!.Value.Hash);
        Assert.Equal("v9", world.CandidateSubset!.Value.Hash);
        Assert.Equal(Weight.Zero, world.Status.Traffic!.Weight);
    }

    [Fact]
    public void Decide_Resync_StartsNothing()
    {
        var world = Adopted();
        world.Done.Clear();
        world.Told.Clear();

        world.Run(TimeSpan.FromHours(1));

        Assert.Empty(world.Done);
        Assert.Empty(world.Told);
    }
}
