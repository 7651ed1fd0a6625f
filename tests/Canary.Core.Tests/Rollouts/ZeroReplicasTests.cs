using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class ZeroReplicasTests
{
    [Fact]
    public void Decide_ScaledToZeroInFlight_LosesItsWeightAndBeginsAgain()
    {
        var world = AtWeight(50);
        world.Deployment!.Replicas = 0;
        world.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(0, world.Find("v2")!.Replicas);
        Assert.Contains("scaled to zero", world.Status.Message, StringComparison.Ordinal);

        world.Deployment.Replicas = 4;
        world.Settle();

        Assert.Equal((Stage.Preparing, 1), (world.Status.Journey!.Stage, world.Find("v2")!.Replicas));
        Assert.True(world.RunUntil(w => w.CandidateWeight == 5, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Decide_ScaledToZeroWhileInconclusive_ForgetsThePause()
    {
        var world = Inconclusive();
        world.Deployment!.Replicas = 0;
        world.Run(TimeSpan.FromSeconds(5));

        world.Deployment.Replicas = 4;
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Null(world.Status.Pause);
        Assert.Equal(5, world.CandidateWeight);
    }

    [Fact]
    public void Decide_ScaledToZeroWhilePausedByAPerson_StaysPaused()
    {
        var world = AtWeight(50);
        Order(world, Commands.CommandVerb.Pause);
        world.Deployment!.Replicas = 0;
        world.Run(TimeSpan.FromSeconds(5));

        world.Deployment.Replicas = 4;
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(PauseReason.Command, world.Status.Pause!.Reason);
    }

    [Fact]
    public void Decide_ZeroReplicas_IsRecordedAsUnanalysedAndStartsNoAnalysis()
    {
        var world = Adopted(0);
        world.Deployment!.Template = "v2";

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal((V2, Outcome.PromotedAtZero), (world.Status.Stable!.Revision, world.Status.History[0].Outcome));
        Assert.Empty(world.AnalysisRuns);
        Assert.Equal((V2, V2), (world.StableSubset!.Value, world.CandidateSubset!.Value));
        Assert.Equal(1, Times(world, "PromotedAtZero"));
    }

    [Fact]
    public void Decide_ReplicasComeBeforeTheHandOverAtZero_AreAnalysed()
    {
        var world = Adopted(0);
        world.Deployment!.Template = "v2";
        world.Deployment.Paused = true;
        var status = RolloutMachine.Decide(world.Observe()).Status;
        Assert.Equal(Outcome.PromotedAtZero, status.Journey!.Outcome);
        world.Status = status with { Journey = status.Journey with { HandOverSentAt = null } };

        world.Deployment.Replicas = 2;
        world.Step(TimeSpan.FromSeconds(4));
        world.Settle();

        Assert.Equal(Stage.Preparing, world.Status.Journey!.Stage);
        Assert.NotNull(world.Status.Journey.AnalysisRun);
    }

    [Fact]
    public void Decide_HandOverAtZeroOvertakenByANewTemplate_EndsAtTheNewOne()
    {
        var world = Adopted(0);
        world.Deployment!.Template = "v2";
        world.Pass(effects: 0);
        world.Pass(effects: 0);
        world.Deployment.Template = "v3";

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(V3, world.Status.Stable!.Revision);
        Assert.Equal(Phase.Healthy, world.Status.Phase);
    }

    [Fact]
    public void Decide_StableScaledToZeroAndUpAgain_TouchesNothing()
    {
        var world = Adopted();
        world.Deployment!.Replicas = 0;
        world.Run(TimeSpan.FromSeconds(10));
        world.Done.Clear();
        world.Deployment.Replicas = 5;
        world.Run(TimeSpan.FromSeconds(10));

        Assert.Empty(world.Done);
        Assert.Equal(5, world.Find("v1")!.Ready(world.Now));
        Assert.Equal(Weight.Zero, world.Status.Traffic!.Weight);
    }
}
