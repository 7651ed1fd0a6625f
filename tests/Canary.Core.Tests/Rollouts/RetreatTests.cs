using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class RetreatTests
{
    [Fact]
    public void Decide_AbortAtWeight_FirstEffectLowersExposure()
    {
        var world = AtWeight(50);
        Write(world, CommandVerb.Abort);

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal(new Effect.SetWeight(Weight.Zero, true), decision.Effects[0]);
        Assert.True(decision.Effects[0].LowersExposure);
    }

    [Theory]
    [InlineData(Stage.SwitchingSubset)]
    [InlineData(Stage.ResettingWeights)]
    [InlineData(Stage.HandingOver)]
    public void Decide_AbortDuringPromotion_EveryTrafficEffectLowersExposure(Stage stage)
    {
        var world = Promoting(stage);
        Write(world, CommandVerb.Abort);

        var decision = RolloutMachine.Decide(world.Observe());

        var point = Assert.IsType<Effect.PointSubsets>(decision.Effects[0]);
        Assert.Equal((V1, V2), (point.Stable, point.Candidate));
        Assert.All(decision.Effects.Where(effect => effect is Effect.PointSubsets or Effect.SetWeight), effect => Assert.True(effect.LowersExposure));
    }

    [Fact]
    public void Decide_FinalizerTakenAway_AbortStillLowersExposureInThatPass()
    {
        var world = AtWeight(50);
        world.Apply(new Effect.RemoveFinalizer());
        Write(world, CommandVerb.Abort);

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal(new Effect.SetWeight(Weight.Zero, true), decision.Effects[0]);
        Assert.Contains(new Effect.AddFinalizer(), decision.Effects);
    }

    [Fact]
    public void Decide_StableGoneAndVerdictFails_WaitsForOneReadyStablePod()
    {
        var world = Retreating();
        Assert.Contains("no stable pod is ready", world.Status.Message, StringComparison.Ordinal);

        world.Find("v1")!.Pods[0].ReadyAt = world.Now;
        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_StableGoneAndAbortOrdered_GoesThrough()
    {
        var world = AtWeight(50);
        Lose(world, "v1");

        Order(world, CommandVerb.Abort);

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(Phase.Degraded, world.Status.Phase);
    }

    [Fact]
    public void Decide_AbortWhileTheRetreatWaits_GoesThrough()
    {
        var world = Retreating();

        Order(world, CommandVerb.Abort);

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(Outcome.RolledBack, world.Status.History[0].Outcome);
    }

    [Fact]
    public void Decide_BothRevisionsWithoutReadyPods_GoesBackToStable()
    {
        var world = Retreating();
        Lose(world, "v2");

        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
        Assert.Null(world.Status.Journey);
    }

    [Fact]
    public void Decide_AbortAfterAnOrderedRollbackElsewhere_StaysAtStable()
    {
        var world = Promoted();
        world.Deployment!.Template = "v3";
        Assert.True(world.RunUntil(w => w.CandidateWeight == 5, TimeSpan.FromMinutes(5)));
        world.RouteMissing = false;
        Lose(world, "v2");
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);
        world.Run(TimeSpan.FromSeconds(8));
        Assert.Equal(Stage.Retreating, world.Status.Journey!.Stage);
        world.Command = new Command { Raw = "1", Verb = CommandVerb.Rollback, Revision = V1 };
        world.Pass(effects: 0);
        Assert.Equal(V1, world.Status.Journey!.Next);

        world.Command = new Command { Raw = "2", Verb = CommandVerb.Abort };
        world.Settle();

        Assert.Null(world.Status.Journey);
        Assert.Equal(Phase.Degraded, world.Status.Phase);
    }

    [Fact]
    public void Decide_RouteMissing_AbortEndsForWhatExists()
    {
        var world = AtWeight(50);
        world.RouteMissing = true;
        world.Run(TimeSpan.FromSeconds(5));

        var command = Order(world, CommandVerb.Abort);

        Assert.Equal(CommandResult.Accepted, command.Result);
        Assert.Null(world.Status.Journey);
        world.RouteMissing = false;
        world.Settle();
        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_OneOfTwoRoutesMissing_AbortLowersTheOther()
    {
        var world = AtWeight(50);
        var observed = world.Observe();
        var seen = observed.Traffic with { Problems = [new("spec.traffic", "there is no VirtualService other")] };

        var decision = RolloutMachine.Decide(observed with { Traffic = seen, Command = new Command { Raw = "abort", Verb = CommandVerb.Abort } });

        Assert.Equal(new Effect.SetWeight(Weight.Zero, true), decision.Effects[0]);
    }

    [Fact]
    public void Decide_Aborted_DrainsNoSoonerThanTheDelay()
    {
        var world = AtWeight(50);
        var pods = world.Find("v2")!.Replicas;
        Order(world, CommandVerb.Abort);

        world.Run(TimeSpan.FromSeconds(29));
        Assert.Equal(pods, world.Find("v2")!.Replicas);
        world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(0, world.Find("v2")!.Replicas);
        Assert.Equal(V1, world.CandidateSubset);
    }

    [Fact]
    public void Decide_CandidateSubset_StaysUntilItsPodsAreGone()
    {
        var world = AtWeight(50);

        Order(world, CommandVerb.Abort);

        Assert.Equal(V2, world.CandidateSubset);
        Assert.Equal(V1, world.StableSubset);
    }

    [Fact]
    public void Decide_TwoFormerCandidatesAreAllThatIsReady_BothAreKept()
    {
        var world = AtWeight(50);
        world.Deployment!.Template = "v3";
        world.Settle();
        world.Run(TimeSpan.FromSeconds(10));
        Order(world, CommandVerb.Abort);
        Lose(world, "v1");
        Assert.True(world.Find("v2")!.Ready(world.Now) > 0 && world.Find("v3")!.Ready(world.Now) > 0);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.True(world.Find("v2")?.Ready(world.Now) > 0, "the last ready pods were taken away");
        Heal(world, "v1");
        world.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(0, world.Find("v2")?.Replicas ?? 0);
    }

    [Fact]
    public void Decide_RevertTemplate_PutsTheDeploymentsTemplateBack()
    {
        var world = AtWeight(5, TestSpecs.Default with { RevertTemplate = true });
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal("v1", world.Deployment!.Template);
        Assert.Equal(Phase.Healthy, world.Status.Phase);
    }

    [Fact]
    public void Decide_VerdictFailsBeforeExposure_IsNoReason()
    {
        var world = Preparing();
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);

        world.Settle();

        Assert.Equal(Stage.Preparing, world.Status.Journey!.Stage);
    }

    [Fact]
    public void Decide_VerdictFailsWhilePausedByAPerson_StillGoesBack()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Pause);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);

        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
    }
}
