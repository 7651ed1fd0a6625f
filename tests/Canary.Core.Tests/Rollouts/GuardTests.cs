using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

/// <summary>What must not be done in a pass, although the status calls for it.</summary>
public sealed class GuardTests
{
    [Fact]
    public void Decide_DrainedPodsGetRequestsFromAnotherWriter_AreNotScaledDownInThatPass()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Abort);
        world.Step(TimeSpan.FromSeconds(31));
        Drift(world, 50, 50);

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal([new Effect.SetWeight(Weight.Zero, true)], decision.Effects);
    }

    [Fact]
    public void Decide_SubsetAndWeightBothLost_PointsTheSubsetBeforeItRaisesTheWeight()
    {
        var world = AtWeight(50);
        world.CandidateSubset = V1;
        Drift(world, 100, 0);

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal([new Effect.PointSubsets(V1, V2, false)], decision.Effects);
    }

    [Fact]
    public void Decide_RoutesNotInOrder_LeavesTheSubsetsAlone()
    {
        var world = AtWeight(50);
        var observed = world.Observe();

        var decision = RolloutMachine.Decide(observed with { Traffic = observed.Traffic with { StableSubset = null, Problems = [new Problem("spec.traffic", "is wrong")] } });

        Assert.Empty(decision.Effects);
    }

    [Fact]
    public void Decide_Stalled_LeavesTheSubsetsAlone()
    {
        var world = Stalled(50);
        world.CandidateSubset = V1;

        Assert.Empty(RolloutMachine.Decide(world.Observe()).Effects);
    }

    [Fact]
    public void Decide_ScaledToZeroUnderWeight_TakesTheWeightBeforeThePods()
    {
        var world = AtWeight(50);
        world.Deployment!.Replicas = 0;

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal([new Effect.SetWeight(Weight.Zero, true)], decision.Effects);
    }

    [Fact]
    public void Decide_TemplateMovedOnAndTheNewStableIsNotReady_KeepsTheFormerPods()
    {
        var world = HandOverSent();
        world.Apply(new Effect.HandOver("checkout-v2", 4, 5));
        var observed = world.Observe();
        var replicaSets = observed.ReplicaSets.Select(replicaSet => replicaSet.Revision == V2 ? replicaSet with { Ready = 0, Available = 0 } : replicaSet with { Replicas = 4, Ready = 4, Available = 4 });

        var decision = RolloutMachine.Decide(observed with { Deployment = observed.Deployment! with { Template = V3 }, ReplicaSets = replicaSets.ToValueList() });

        Assert.DoesNotContain(decision.Effects, effect => effect is Effect.ScaleReplicaSet);
    }

    [Fact]
    public void Decide_RoutesNotYetAt100To0_DoesNotStart()
    {
        var world = Adopted();
        world.Deployment!.Template = "v2";
        Drift(world, 50, 50);

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Null(decision.Status.Journey);
        Assert.Equal([new Effect.SetWeight(Weight.Zero, true)], decision.Effects);
    }

    [Fact]
    public void Decide_LeftOverCandidateStillHasRequests_ItsDrainHasNotBegun()
    {
        var world = AtWeight(50);
        world.Deployment!.Paused = false;
        world.Deployment.Template = "v5";
        world.Step(TimeSpan.FromSeconds(1));

        world.Pass(effects: 0);
        Assert.Null(world.Status.Journey);
        Assert.Empty(world.Status.Retiring);
        world.Settle();

        Assert.Equal(V2, Assert.Single(world.Status.Retiring).Revision);
    }
}
