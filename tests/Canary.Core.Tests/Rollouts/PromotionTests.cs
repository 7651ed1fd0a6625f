using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class PromotionTests
{
    [Theory]
    [InlineData(Stage.SwitchingSubset)]
    [InlineData(Stage.ResettingWeights)]
    [InlineData(Stage.HandingOver)]
    public void Decide_AllCandidatePodsLostDuringPromotion_GoesBackAtOnce(Stage stage)
    {
        var world = Promoting(stage);
        Lose(world, "v2");

        world.Settle();

        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(Outcome.RolledBack, world.Status.History[0].Outcome);
        Assert.Contains("CrashLoopBackOff", world.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Stage.SwitchingSubset)]
    [InlineData(Stage.ResettingWeights)]
    [InlineData(Stage.HandingOver)]
    public void Decide_AllCandidatePodsLostWhilePausedDuringPromotion_GoesBackAtOnce(Stage stage)
    {
        var world = Promoting(stage);
        Order(world, CommandVerb.Pause);
        Lose(world, "v2");

        world.Settle();

        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_UnsaturatedCandidate_IsNotHandedOver()
    {
        var world = Promoting(Stage.HandingOver);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(Owner.Rollout, world.Find("v2")!.Owner);
        Assert.Null(world.Status.Journey!.HandOverSentAt);
        Assert.DoesNotContain(world.Done, effect => effect is Effect.HandOver);
    }

    [Fact]
    public void Decide_CrashBetweenStatusAndHandOver_SendsItAgain()
    {
        var world = HandOverSent();

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(Owner.Deployment, world.Find("v2")!.Owner);
        Assert.Equal(Phase.Healthy, world.Status.Phase);
    }

    [Fact]
    public void Decide_CandidateDiesBeforeTheHandOverArrived_GoesBackByItself()
    {
        var world = HandOverSent();
        Lose(world, "v2");

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(Outcome.RolledBack, world.Status.History[0].Outcome);
    }

    [Fact]
    public void Decide_AbortWhileTheHandOverNeverArrives_IsCarriedOut()
    {
        var world = HandOverSent();
        world.Find("v2")!.Pods[0].ReadyAt = DateTimeOffset.MaxValue;
        Order(world, CommandVerb.Abort);

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(Phase.Degraded, world.Status.Phase);
        Assert.Equal(Outcome.Aborted, world.Status.History[0].Outcome);
    }

    [Fact]
    public void Decide_CandidateDiesRightAfterTheHandOver_GoesBackWhileStableStillStands()
    {
        var world = HandOverSent();
        Lose(world, "v2");
        world.Apply(new Effect.HandOver("checkout-v2", 4, 8));

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(V1, world.Status.Stable!.Revision);
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
        Assert.Equal(0, world.Find("v2")!.Replicas);
        Assert.Equal(Phase.Degraded, world.Status.Phase);
    }

    [Fact]
    public void Decide_AbortWhileAHandedOverCandidateIsNeverSaturated_GoesBack()
    {
        var world = HandOverSent();
        world.Find("v2")!.Pods[0].ReadyAt = DateTimeOffset.MaxValue;
        world.Apply(new Effect.HandOver("checkout-v2", 4, 8));
        Order(world, CommandVerb.Abort);

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(V1, world.Status.Stable!.Revision);
        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
        Assert.Equal(0, world.Find("v2")!.Replicas);
        Assert.Equal(Phase.Degraded, world.Status.Phase);
    }

    [Fact]
    public void Decide_AbortAfterTheHandOverWasSent_CompletesAndGoesStraightBack()
    {
        var world = HandOverSent();
        Write(world, CommandVerb.Abort, by: "alice");

        Assert.True(world.RunUntil(w => w.Status is { Journey: null, Stable.Revision.Hash: "v1" } && w.Status.History.Count == 2, TimeSpan.FromMinutes(2)), world.Status.Message);

        Assert.Equal("v1", world.Deployment!.Template);
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
        Assert.True(world.Status.Refused is { ByCommand: true, Arm.Revision.Hash: "v2" });
    }

    [Theory]
    [InlineData(6)]
    [InlineData(3)]
    public void Decide_ReplicasChangeRightBeforeTheHandOver_IsSaturatedAgain(int replicas)
    {
        var world = HandOverSent();
        world.Deployment!.Replicas = replicas;
        world.Apply(new Effect.HandOver("checkout-v2", 4, 8));
        var least = int.MaxValue;

        for (var i = 0; i < 60; i++)
        {
            world.Step(TimeSpan.FromSeconds(1));
            least = Math.Min(least, world.ReplicaSets.Sum(replicaSet => replicaSet.Ready(world.Now)));
            world.Settle();
        }

        Assert.True(least >= Math.Min(4, replicas), $"only {least} pods served");
        Assert.Equal(V2, world.Status.Stable!.Revision);
        Assert.Equal(replicas, world.Find("v2")!.Ready(world.Now));
        Assert.Equal(0, world.Find("v1")!.Replicas);
        Assert.Equal(Phase.Healthy, world.Status.Phase);
    }

    [Fact]
    public void Decide_OwnedByTheDeploymentButUnmarked_IsMarkedSaturated()
    {
        var world = HandOverSent();
        world.Find("v2")!.Owner = Owner.Deployment;
        world.Find("v2")!.Desired = null;

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Contains(new Effect.Saturate("checkout-v2", 4, 8), decision.Effects);
    }

    [Fact]
    public void Decide_ReplicasChangeDuringPromotion_FollowWithTheCandidateBeforeTheHandOver()
    {
        var world = Promoting(Stage.SwitchingSubset);
        world.Deployment!.Replicas = 7;

        world.Settle();
        Assert.Equal(7, world.Find("v2")!.Replicas);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(7, world.Find("v2")!.Ready(world.Now));
        Assert.Equal(Phase.Healthy, world.Status.Phase);
    }

    [Fact]
    public void Decide_ReplicaSetOfARollbackDeletedAfterTheHandOverWasSent_DoesNotHang()
    {
        var world = Promoted();
        Write(world, CommandVerb.Rollback);
        while (world.Status.Journey is not { HandOverSentAt: not null })
        {
            world.Step(TimeSpan.FromSeconds(1));
            world.Pass(world.Status.Journey is { Stage: Stage.HandingOver } && world.Deployment!.Template == "v1" ? 0 : int.MaxValue);
        }

        world.ReplicaSets.Remove(world.Find("v1")!);
        world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(V2, world.StableSubset);
        Assert.NotEqual(Stage.HandingOver, world.Status.Journey?.Stage);
    }

    [Fact]
    public void Decide_TemplateMovesOnAfterTheHandOver_FinishesAndStartsTheNewer()
    {
        var world = HandOverSent();
        world.Apply(new Effect.HandOver("checkout-v2", 4, 8));
        world.Deployment!.Template = "v3";

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(V2, world.Status.Stable!.Revision);
        Assert.Equal(V3, world.Status.Candidate!.Revision);
        Assert.Equal(0, world.Find("v1")!.Replicas);
    }

    [Fact]
    public void Decide_TemplateMovesOnBeforeTheHandOver_IsSuperseded()
    {
        var world = HandOverSent();
        world.Deployment!.Template = "v3";

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(V1, world.Status.Stable!.Revision);
        Assert.Equal(V3, world.Status.Candidate!.Revision);
        Assert.Equal(Outcome.Superseded, world.Status.History[0].Outcome);
        Assert.Equal(V1, world.StableSubset);
    }

    [Fact]
    public void Decide_HandOver_KeepsTheStablePodsUntilTheCandidateIsTheDeployments()
    {
        var world = Promoting(Stage.HandingOver);

        Assert.Equal(4, world.Find("v1")!.Replicas);
        Assert.Equal(new Weight(0), world.Status.Traffic!.Weight);
        Assert.Equal(V2, world.StableSubset);
    }
}
