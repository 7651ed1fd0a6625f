using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class SpecChangeTests
{
    private static readonly Step Judged = new Step.Analyze(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));

    [Fact]
    public void Decide_PlanLowersTheWeightOfTheStep_TheWeightFollows()
    {
        var world = AtWeight(50);
        world.Spec = TestSpecs.Default with { Steps = [new Step.SetWeight(new Weight(5)), Judged, new Step.SetWeight(new Weight(20)), Judged, new Step.SetWeight(Weight.Full), Judged] };

        world.Settle();

        Assert.Equal(20, world.CandidateWeight);
        Assert.Equal(Stage.Stepping, world.Status.Journey!.Stage);
    }

    [Fact]
    public void Decide_PlanBeginsWithoutWeightNow_TheWeightGoesToZero()
    {
        var world = AtWeight(50);
        world.Spec = TestSpecs.Default with { Steps = [new Step.Pause(null), new Step.SetWeight(Weight.Full), Judged] };

        world.Settle();

        Assert.Equal((0, Phase.Paused), (world.CandidateWeight, world.Status.Phase));
    }

    [Fact]
    public void Decide_ShorterPlan_NeverSkipsTheAnalysisOfAWeight()
    {
        var world = AtWeight(50);
        world.Spec = TestSpecs.Default with { Steps = [new Step.SetWeight(Weight.Full), Judged] };

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal((Stage.Stepping, 1), (world.Status.Journey!.Stage, world.Status.Journey.Step));
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(Stage.Stepping, world.Status.Journey!.Stage);
    }

    [Fact]
    public void Decide_ShorterPlanThatEndsWhereTheRolloutStands_IsJudgedThereAgain()
    {
        var world = AtWeight(100);
        world.Spec = TestSpecs.Default with { Steps = [new Step.SetWeight(new Weight(10)), Judged, new Step.SetWeight(Weight.Full), Judged] };

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal((Stage.Stepping, 3), (world.Status.Journey!.Stage, world.Status.Journey.Step));
        Assert.Equal(100, world.CandidateWeight);
    }

    [Fact]
    public void Decide_OnlyLaterStepsChange_ThePlaceIsKept()
    {
        var world = AtWeight(50);
        var journey = world.Status.Journey;
        world.Spec = TestSpecs.Default with { Steps = [.. TestSpecs.Default.Steps.Take(4), new Step.SetWeight(new Weight(75)), Judged, new Step.SetWeight(Weight.Full), Judged] };

        world.Settle();

        Assert.Equal(journey, world.Status.Journey);
    }

    [Fact]
    public void Decide_PlanChangedWhileInconclusive_IsJudgedAgain()
    {
        var world = Inconclusive();
        world.Spec = TestSpecs.Default with { Steps = [new Step.SetWeight(new Weight(5)), Judged, new Step.SetWeight(Weight.Full), Judged] };

        world.Settle();

        Assert.Null(world.Status.Pause);
        Assert.Equal(5, world.CandidateWeight);
        Assert.Equal(Phase.Progressing, world.Status.Phase);
    }

    [Fact]
    public void Decide_PlanChangedWhilePausedByAPerson_StaysPaused()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Pause);
        world.Spec = TestSpecs.Default with { Steps = [new Step.SetWeight(new Weight(20)), Judged, new Step.SetWeight(Weight.Full), Judged] };

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal((20, Phase.Paused), (world.CandidateWeight, world.Status.Phase));
    }

    [Fact]
    public void Decide_SpecInvalidInFlight_GoesOnUnderTheLastValidOne()
    {
        var world = AtWeight(5);
        world.Spec = null;

        world.Run(TimeSpan.FromSeconds(2));
        Assert.False(ConditionOf(world, "Valid").Status);
        Assert.Equal(Phase.Progressing, world.Status.Phase);
        Assert.True(world.RunUntil(w => w.CandidateWeight == 50, TimeSpan.FromMinutes(5), Passing));

        Assert.Equal(1, Times(world, "Invalid"));
    }

    [Fact]
    public void Decide_SpecInvalidWhileIdle_StartsNothing()
    {
        var world = Adopted();
        world.Spec = null;
        world.Deployment!.Template = "v2";

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Null(world.Status.Journey);
        Assert.Equal(Phase.Invalid, world.Status.Phase);
        Assert.Equal("spec: is wrong", world.Status.Message);
    }

    [Fact]
    public void Decide_NeverValid_TouchesNothing()
    {
        var world = new World { Spec = null };

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(Phase.Invalid, world.Status.Phase);
        Assert.Empty(world.Done);
    }

    [Fact]
    public void Decide_TemplateMissing_StartsNothingAndNamesIt()
    {
        var world = Adopted();
        world.Metrics = null;
        world.Deployment!.Template = "v2";

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Null(world.Status.Journey);
        Assert.Contains("there is no AnalysisTemplate golden-signals", world.Status.Message, StringComparison.Ordinal);
        world.Metrics = TestSpecs.Metrics;
        world.Settle();
        Assert.NotNull(world.Status.Journey);
    }

    [Fact]
    public void Decide_TemplatesNamedDuringARolloutWithout_AreUsed()
    {
        var steps = TestSpecs.Default.Steps;
        var without = TestSpecs.Default with { Analysis = new AnalysisSpec(), Steps = [new Step.SetWeight(new Weight(5)), new Step.Pause(null), new Step.SetWeight(Weight.Full)] };
        var world = Adopted(4, without);
        world.Deployment!.Template = "v2";
        Assert.True(world.RunUntil(w => w.Status.Pause is not null, TimeSpan.FromMinutes(1)));
        Assert.Null(world.Status.Journey!.AnalysisRun);

        world.Spec = TestSpecs.Default with { Steps = steps };
        world.Settle();

        Assert.Contains(world.AnalysisRuns, run => run.Name == world.Status.Journey!.AnalysisRun);
    }

    [Fact]
    public void Decide_RouteMissingWhileIdle_IsInvalidAndStartsNothing()
    {
        var world = Adopted();
        world.RouteMissing = true;
        world.Deployment!.Template = "v2";

        world.Run(TimeSpan.FromSeconds(5));

        Assert.Null(world.Status.Journey);
        Assert.Equal(Phase.Invalid, world.Status.Phase);
        Assert.Contains("there is no VirtualService checkout", ConditionOf(world, "Valid").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_RouteMissingInFlight_HoldsTheClockAndGoesOn()
    {
        var world = AtWeight(5);
        var step = world.Status.Journey!.Step;
        world.RouteMissing = true;
        Passing(world);
        world.RunUntil(_ => false, TimeSpan.FromMinutes(5), Passing);
        Assert.Equal(step, world.Status.Journey!.Step);

        world.RouteMissing = false;
        Assert.True(world.RunUntil(w => w.CandidateWeight == 50, TimeSpan.FromMinutes(5), Passing));

        Assert.Equal(0, Times(world, "TrafficDrift"));
    }

    [Fact]
    public void Decide_SameProblemInEveryPass_IsToldOnce()
    {
        var observed = Adopted().Observe() with { SpecProblems = [new Problem("spec.service", "is empty")] };
        var first = RolloutMachine.Decide(observed);

        var second = RolloutMachine.Decide(observed with { Status = first.Status });

        Assert.Single(first.Announcements);
        Assert.Empty(second.Announcements);
    }
}
