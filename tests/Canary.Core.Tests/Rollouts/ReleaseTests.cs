using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class ReleaseTests
{
    [Fact]
    public void Decide_DeletedInFlight_GoesBackInOrder()
    {
        var world = AtWeight(50);
        world.Done.Clear();
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)));

        Assert.Equal(
            ["SetWeight", "ScaleReplicaSet", "SetTemplate", "RestoreTraffic", "DeleteReplicaSet", "SetPaused", "RemoveFinalizer"],
            world.Done.Where(effect => effect is not Effect.PointSubsets).Select(effect => effect.GetType().Name).Distinct().OrderBy(name => world.Done.FindIndex(effect => effect.GetType().Name == name)));
        Assert.Equal(Outcome.Released, world.Status.History[0].Outcome);
        Assert.Equal(1, Times(world, "Releasing"));
    }

    [Fact]
    public void Decide_DeletedWhileIdle_PutsTrafficAndPauseBack()
    {
        var world = Adopted();
        world.Deleting = true;

        world.Run(TimeSpan.FromSeconds(5));

        Assert.True(world.Gone);
        Assert.Null(world.StableSubset);
        Assert.False(world.Deployment!.Paused);
    }

    [Fact]
    public void Decide_OrphanWhileIdle_LeavesAllAsItIs()
    {
        var world = Adopted(spec: TestSpecs.Default with { OnDelete = OnDelete.Orphan });
        world.Done.Clear();
        world.Deleting = true;

        world.Pass();

        Assert.Equal([new Effect.RemoveFinalizer()], world.Done);
        Assert.NotNull(world.StableSubset);
        Assert.True(world.Deployment!.Paused);
    }

    [Fact]
    public void Decide_OrphanInFlight_LeavesNoWeightOnPodsThatGoWithTheRollout()
    {
        var world = AtWeight(50, TestSpecs.Default with { OnDelete = OnDelete.Orphan });
        var template = world.Deployment!.Template;
        world.Done.Clear();
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal((world.Status.Stable!.Revision, world.Status.Stable.Revision), (world.StableSubset, world.CandidateSubset));
        Assert.Equal("SetWeight", world.Done[0].GetType().Name);
        Assert.True(world.Done.FindIndex(effect => effect is Effect.ScaleReplicaSet { Replicas: 0 }) < world.Done.FindIndex(effect => effect is Effect.RemoveFinalizer));
        Assert.DoesNotContain(world.Done, effect => effect is Effect.RestoreTraffic or Effect.SetPaused or Effect.SetTemplate);
        Assert.Equal((true, template), (world.Deployment.Paused, world.Deployment.Template));
    }

    [Fact]
    public void Decide_OrphanWhileTheCandidateDrains_WaitsForItsPods()
    {
        var world = AtWeight(50, TestSpecs.Default with { OnDelete = OnDelete.Orphan });
        Write(world, CommandVerb.Abort);
        world.Pass();
        world.Pass();
        world.Deleting = true;
        world.Done.Clear();

        world.Pass();
        Assert.DoesNotContain(world.Done, effect => effect is Effect.RemoveFinalizer);

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);
        Assert.Contains(world.Done, effect => effect is Effect.ScaleReplicaSet { Replicas: 0 });
    }

    [Fact]
    public void Decide_RoutesCannotBePutBack_EndsNevertheless()
    {
        var world = Adopted();
        world.Deleting = true;
        world.RouteMissing = true;
        world.StableSubset = null;

        var since = world.Now;
        while (!world.Gone)
        {
            world.Step(TimeSpan.FromSeconds(1));
            world.Pass();
        }

        Assert.InRange(world.Now - since, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
        Assert.False(world.Deployment!.Paused);
    }

    [Fact]
    public void Decide_DeletedDuringTheHandOver_CompletesItFirst()
    {
        var world = HandOverSent();
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)));

        Assert.Equal(Owner.Deployment, world.Find("v2")!.Owner);
        Assert.Equal(4, world.Find("v2")!.Ready(world.Now));
        Assert.Equal("v2", world.Deployment!.Template);
    }

    [Fact]
    public void Decide_DeletedWhileTheReplicasChangeInTheHandOver_CompletesIt()
    {
        var world = HandOverSent();
        world.Deployment!.Replicas = 6;
        world.Apply(new Effect.HandOver("checkout-v2", 4, 8));
        world.Step(TimeSpan.FromSeconds(1));
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.Equal(6, world.Find("v2")!.Ready(world.Now));
    }

    [Fact]
    public void Decide_DeletedWhileAHandedOverCandidateDies_GoesBack()
    {
        var world = HandOverSent();
        Lose(world, "v2");
        world.Apply(new Effect.HandOver("checkout-v2", 4, 8));
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.Equal("v1", world.Deployment!.Template);
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
    }

    [Fact]
    public void Decide_DeletedWhileTheCandidateCannotBeHandedOver_GoesBack()
    {
        var world = HandOverSent();
        Lose(world, "v2");
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.Equal("v1", world.Deployment!.Template);
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
    }

    [Fact]
    public void Decide_DeletedWithTheDeploymentGone_RemovesTheCandidate()
    {
        var world = AtWeight(50);
        world.Deployment = null;
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.Empty(Assert.Single(world.ReplicaSets).Pods);
    }

    [Fact]
    public void Decide_DeletedWhileOnlyCandidatePodsAreLeft_TheDeploymentMakesItsOwnFirst()
    {
        var world = AtWeight(50);
        world.ReplicaSets.Remove(world.Find("v1")!);
        world.Deployment!.Template = "v3";
        world.Deleting = true;
        var least = int.MaxValue;

        while (!world.Gone && world.Now < new DateTimeOffset(2026, 1, 1, 13, 0, 0, TimeSpan.Zero))
        {
            world.Step(TimeSpan.FromSeconds(1));
            world.Pass();
            least = Math.Min(least, world.ReplicaSets.Sum(replicaSet => replicaSet.Ready(world.Now)));
        }

        Assert.True(world.Gone, world.Status.Message);
        Assert.True(least > 0, "for a while no pod was ready");
        Assert.Equal(4, world.Find("v3")!.Ready(world.Now));
    }

    [Fact]
    public void Decide_DeletedWhileTheRetreatWaits_GoesThroughAfterItsPatience()
    {
        var world = Retreating();
        world.Deleting = true;
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(50, world.CandidateWeight);

        world.Run(TimeSpan.FromMinutes(4));

        Assert.Equal(0, world.CandidateWeight);
        Assert.True(world.Gone, world.Status.Message);
    }

    [Fact]
    public void Decide_AbortWhileADeletedRolloutWaits_GoesThroughAtOnce()
    {
        var world = Retreating();
        world.Deleting = true;
        world.Settle();

        Assert.Equal(CommandResult.Accepted, Order(world, CommandVerb.Abort).Result);

        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_NeverValidAndDeleted_LetsGo()
    {
        var world = new World { Spec = null, Deleting = true };
        world.Apply(new Effect.AddFinalizer());

        world.Settle();

        Assert.True(world.Gone);
    }
}
