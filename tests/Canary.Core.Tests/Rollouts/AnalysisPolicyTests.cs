using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class AnalysisPolicyTests
{
    [Theory]
    [InlineData(InconclusivePolicy.Pause, 5, Phase.Paused)]
    [InlineData(InconclusivePolicy.Promote, 50, Phase.Progressing)]
    [InlineData(InconclusivePolicy.RollBack, 0, Phase.Degraded)]
    public void Decide_NoProofInTime_DoesAsAsked(InconclusivePolicy policy, int weight, Phase phase)
    {
        var world = AtWeight(5, With(analysis => analysis with { OnInconclusive = policy }));
        world.Run(TimeSpan.FromMinutes(9));
        Assert.Equal(5, world.CandidateWeight);

        world.Run(TimeSpan.FromMinutes(1.5));

        Assert.Equal((weight, phase), (world.CandidateWeight, world.Status.Phase));
        Assert.Contains(world.Told, told => told.Message.Contains("no proof either way after 10 min at 5 %", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(InconclusivePolicy.Pause, 5, Phase.Paused)]
    [InlineData(InconclusivePolicy.Promote, 50, Phase.Progressing)]
    [InlineData(InconclusivePolicy.RollBack, 0, Phase.Degraded)]
    public void Decide_NoDataForTheHold_DoesAsAsked(InconclusivePolicy policy, int weight, Phase phase)
    {
        var world = AtWeight(5, With(analysis => analysis with { AfterNoData = policy }));
        world.Verdict = TestSpecs.Verdict(VerdictState.Unknown, world.Now);
        world.Run(TimeSpan.FromMinutes(29));
        Assert.Equal((5, Phase.Progressing), (world.CandidateWeight, world.Status.Phase));

        world.Run(TimeSpan.FromMinutes(1.5));

        Assert.Equal((weight, phase), (world.CandidateWeight, world.Status.Phase));
        Assert.Contains(world.Told, told => told is { Reason: "NoData", Warning: true });
    }

    [Fact]
    public void Decide_NoData_IsNeitherAFailureNorAPassAndToldOnce()
    {
        var world = AtWeight(5);
        world.Verdict = TestSpecs.Verdict(VerdictState.Unknown, world.Now);

        world.Run(TimeSpan.FromMinutes(20));

        Assert.Equal(5, world.CandidateWeight);
        Assert.Equal(1, Times(world, "NoData"));
    }

    [Fact]
    public void Decide_NoVerdictAtAll_Holds()
    {
        var world = AtWeight(5);
        world.Verdict = null;

        world.Run(TimeSpan.FromMinutes(20));

        Assert.Equal(5, world.CandidateWeight);
        Assert.Contains("the analysis has not started", world.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_DataReturns_TheTimeWithoutItIsNotCounted()
    {
        var world = AtWeight(5);
        world.Run(TimeSpan.FromMinutes(2));
        world.Verdict = TestSpecs.Verdict(VerdictState.Unknown, world.Now);
        world.Run(TimeSpan.FromMinutes(20));
        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now);

        world.Run(TimeSpan.FromMinutes(7));
        Assert.Equal(Phase.Progressing, world.Status.Phase);
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(Phase.Paused, world.Status.Phase);
        Assert.Equal(1, Times(world, "DataReturned"));
    }

    [Fact]
    public void Decide_PassBeforeAtLeast_Waits()
    {
        var world = AtWeight(5);
        var entered = world.Status.Journey!.EnteredAt;

        Assert.True(world.RunUntil(w => w.CandidateWeight == 50, TimeSpan.FromMinutes(5), Passing));

        Assert.Equal(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(Math.Round((world.Now - entered).TotalSeconds / 60) * 60));
        Assert.True(world.Now - entered >= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Decide_PassOnOldEvidence_DoesNotAdvance()
    {
        var world = AtWeight(5);
        world.Verdict = TestSpecs.Verdict(VerdictState.Pass, world.Status.Journey!.EnteredAt);

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(5, world.CandidateWeight);
    }

    [Fact]
    public void Decide_Running_LooksAgainWhenTheStepMayEnd()
    {
        var world = AtWeight(5);
        var entered = world.Status.Journey!.EnteredAt;

        var early = RolloutMachine.Decide(world.Observe());
        var late = RolloutMachine.Decide(world.Observe() with { At = entered + TimeSpan.FromMinutes(2) });

        Assert.Equal(entered + TimeSpan.FromMinutes(1), early.LookAgainAt);
        Assert.Equal(entered + TimeSpan.FromMinutes(10), late.LookAgainAt);
    }

    [Fact]
    public void Decide_TimedPause_EndsByItselfAtItsTime()
    {
        var world = CommandTests.PausedByPlan(TimeSpan.FromMinutes(10));
        Assert.Equal(world.Status.Pause!.Until, RolloutMachine.Decide(world.Observe()).LookAgainAt);

        world.Run(TimeSpan.FromMinutes(9));
        Assert.Equal(50, world.CandidateWeight);
        world.Run(TimeSpan.FromMinutes(1.5));

        Assert.Equal(100, world.CandidateWeight);
    }

    [Fact]
    public void Decide_PauseForAPerson_NeverEndsByItself()
    {
        var world = CommandTests.PausedByPlan();

        world.Run(TimeSpan.FromHours(30));

        Assert.Equal((50, Phase.Paused), (world.CandidateWeight, world.Status.Phase));
        Assert.Equal(1, Times(world, "Paused"));
        Assert.Null(RolloutMachine.Decide(world.Observe()).LookAgainAt);
    }

    [Fact]
    public void Decide_RolloutStarts_StartsItsAnalysisWithThePinnedRevisions()
    {
        var world = Preparing();

        var start = Assert.Single(world.Done.OfType<Effect.StartAnalysis>());
        Assert.Equal(("checkout-v2-1", V1, V2), (start.Name, start.Stable, start.Candidate));
        Assert.Equal(TestSpecs.Metrics, start.Metrics);
    }

    [Fact]
    public void Decide_RolloutEnds_FinishesItsAnalysisWithOutcomeAndReason()
    {
        var world = Degraded();

        var finish = Assert.Single(world.Done.OfType<Effect.FinishAnalysis>());
        Assert.Equal(("checkout-v2-1", Outcome.RolledBack, "the verdict is Fail"), (finish.Name, finish.Outcome, finish.Reason));
        Assert.Equal(VerdictState.Fail, world.Status.Verdict!.State);
    }

    [Fact]
    public void Decide_AnalysisRunDeletedInFlight_IsStartedAgain()
    {
        var world = AtWeight(5);
        world.AnalysisRuns.Clear();

        world.Settle();

        Assert.Equal("checkout-v2-1", Assert.Single(world.AnalysisRuns).Name);
    }

    [Fact]
    public void Decide_MoreRunsThanTheHistory_DeletesTheOldestFinishedOnes()
    {
        var world = Adopted(4, With(analysis => analysis with { History = 2 }));
        for (var i = 2; i < 7; i++)
        {
            world.Deployment!.Template = $"v{i}";
            world.Run(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(["checkout-v4-3", "checkout-v5-4", "checkout-v6-5"], world.AnalysisRuns.Select(run => run.Name));
    }

    [Fact]
    public void Decide_SameRevisionTriedAgain_GetsARunOfItsOwn()
    {
        var world = Degraded();
        Order(world, Commands.CommandVerb.Retry);

        Assert.Equal("checkout-v2-2", world.Status.Journey!.AnalysisRun);
    }

    private static RolloutSpec With(Func<AnalysisSpec, AnalysisSpec> change) => TestSpecs.Default with { Analysis = change(TestSpecs.Default.Analysis) };
}
