using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class PodTests
{
    [Fact]
    public void Decide_CandidateLosesItsPods_LosesItsWeightAtOnceAndGetsItBack()
    {
        var world = AtWeight(50);
        Lose(world, "v2");
        world.Settle();
        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(1, Times(world, "CandidateNotReady"));

        Heal(world, "v2");
        world.Settle();

        Assert.Equal(50, world.CandidateWeight);
        Assert.Equal(1, Times(world, "WeightRestored"));
    }

    [Fact]
    public void Decide_WeightRestored_TheStepBeginsAgain()
    {
        var world = AtWeight(5);
        Lose(world, "v2");
        world.Run(TimeSpan.FromSeconds(90));
        Heal(world, "v2");
        world.Settle();
        var restored = world.Now;
        world.Verdict = TestSpecs.Verdict(VerdictState.Pass, world.Now);

        world.RunUntil(w => w.CandidateWeight == 50, TimeSpan.FromMinutes(5), Passing);

        Assert.True(world.Now - restored >= TimeSpan.FromMinutes(1), "a minute at 5 % was asked for");
    }

    [Fact]
    public void Decide_CandidateThatKeepsDyingUnderTraffic_IsTakenBack()
    {
        var world = AtWeight(50);
        for (var i = 0; i < 10 && world.Status.Journey is not null; i++)
        {
            Lose(world, "v2");
            world.Run(TimeSpan.FromSeconds(20));
            Heal(world, "v2");
            world.Run(TimeSpan.FromSeconds(20));
        }

        Assert.Null(world.Status.Journey);
        Assert.Equal(Outcome.RolledBack, world.Status.History[0].Outcome);
        Assert.Contains("3 times", world.Status.History[0].Reason, StringComparison.Ordinal);
        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_CandidateThatDiesOnceADay_IsKept()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Pause);
        for (var i = 0; i < 5; i++)
        {
            Lose(world, "v2");
            world.Settle();
            world.Step(TimeSpan.FromSeconds(20));
            Heal(world, "v2");
            world.Settle();
            world.Step(TimeSpan.FromHours(24));
        }

        Assert.NotNull(world.Status.Journey);
    }

    [Fact]
    public void Decide_PodsBecomeAvailableOneByOne_EachMovesTheDeadline()
    {
        var world = new World(4) { StartUp = TimeSpan.FromHours(9), Spec = TestSpecs.Default with { Steps = [new Step.SetWeight(Weight.Full)] } };
        world.Step(TimeSpan.FromHours(10));
        world.Run(TimeSpan.FromSeconds(10));
        world.Deployment!.Template = "v2";
        world.Settle();
        for (var i = 0; i < 3; i++)
        {
            world.Run(TimeSpan.FromMinutes(9));
            Assert.Equal(Stage.Preparing, world.Status.Journey!.Stage);
            world.Find("v2")!.Pods[i].ReadyAt = world.Now;
        }

        world.Run(TimeSpan.FromMinutes(11));

        Assert.Contains("3 of 4 candidate pods were available after 10 min", world.Status.History[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_StablePodEvicted_ChangesNothing()
    {
        var world = AtWeight(50);
        world.Find("v1")!.Pods[0].ReadyAt = world.Now + TimeSpan.FromMinutes(1);

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal(world.Status, decision.Status);
        Assert.Empty(decision.Effects);
    }

    [Theory]
    [InlineData(1, 5, 1)]
    [InlineData(4, 5, 1)]
    [InlineData(4, 50, 2)]
    [InlineData(3, 50, 2)]
    [InlineData(10, 50, 5)]
    [InlineData(40, 5, 2)]
    [InlineData(7, 100, 7)]
    public void Decide_AtWeight_CandidateHasItsShareOfPods(int replicas, int percent, int expected)
    {
        var world = AtWeight(percent, replicas: replicas);

        Assert.Equal(expected, world.Find("v2")!.Replicas);
    }

    [Fact]
    public void Decide_StableScaledByAnAutoscaler_CandidateFollowsItsShare()
    {
        var world = AtWeight(50);
        world.Deployment!.Replicas = 9;

        world.Settle();

        Assert.Equal(9, world.Find("v1")!.Replicas);
        Assert.Equal(5, world.Find("v2")!.Replicas);
        Assert.Equal(50, world.CandidateWeight);
    }

    [Fact]
    public void Decide_NextWeight_WaitsForItsPods()
    {
        var world = AtWeight(5, replicas: 10);
        world.StartUp = TimeSpan.FromMinutes(1);
        Passing(world);
        world.RunUntil(w => w.Find("v2")!.Replicas == 5, TimeSpan.FromMinutes(5), Passing);

        Assert.Equal(5, world.CandidateWeight);
        Assert.Contains("1 of 5 candidate pods are available", world.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_ReplicaSetOfTheCandidateDeleted_IsCreatedAgain()
    {
        var world = Preparing();
        world.ReplicaSets.Remove(world.Find("v2")!);

        world.Settle();

        Assert.NotNull(world.Find("v2"));
    }

    [Fact]
    public void Decide_StableReplicaSetDeletedWhileIdle_LetsTheDeploymentMakeNewPods()
    {
        var world = Adopted();
        world.ReplicaSets.Remove(world.Find("v1")!);
        // an equal template without a ReplicaSet is known by our own hash
        world.Deployment!.Template = "own";

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(4, world.Find("own")!.Ready(world.Now));
        Assert.Equal(Owner.Deployment, world.Find("own")!.Owner);
        Assert.Equal("own", world.StableSubset!.Value.Hash);
        Assert.Equal(Phase.Healthy, world.Status.Phase);
        Assert.True(world.Deployment.Paused);
    }

    [Fact]
    public void Decide_StableReplicaSetDeletedInFlight_HoldsUntilAPersonPromotes()
    {
        var world = AtWeight(50);
        world.ReplicaSets.Remove(world.Find("v1")!);
        Passing(world);
        world.RunUntil(_ => false, TimeSpan.FromMinutes(5), Passing);
        Assert.Equal(50, world.CandidateWeight);
        Assert.Contains("promote makes the candidate stable", world.Status.Message, StringComparison.Ordinal);

        Order(world, CommandVerb.Promote);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal((Phase.Healthy, V2), (world.Status.Phase, world.Status.Stable!.Revision));
        Assert.Equal(V2, world.StableSubset);
    }

    [Fact]
    public void Decide_StableReplicaSetDeletedWhileDegraded_SaysThatNothingServes()
    {
        var world = Degraded();
        world.ReplicaSets.Remove(world.Find("v1")!);

        world.Settle();

        Assert.StartsWith("nothing serves", world.Status.Message, StringComparison.Ordinal);
        Assert.True(world.Deployment!.Paused);
    }

    [Fact]
    public void Decide_DeploymentReplacedBetweenTwoPasses_IsNotPausedBeforeItHasPods()
    {
        var world = Adopted();
        world.ReplicaSets.Clear();
        world.Deployment = new SimulatedDeployment { Replicas = 3, Template = "own" };

        world.Pass();
        Assert.False(world.Deployment.Paused);
        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(3, world.Find("own")!.Ready(world.Now));
        Assert.True(world.Deployment.Paused);
    }
}
