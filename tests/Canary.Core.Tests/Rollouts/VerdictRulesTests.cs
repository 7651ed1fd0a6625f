using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

/// <summary>What verdicts mean for the plan beside pass and fail.</summary>
public sealed class VerdictRulesTests
{
    [Fact]
    public void Decide_IntervalsWithinTheBounds_PassAfterTheMinimumTime()
    {
        var world = AtWeight(5);
        var entered = world.Status.Journey!.EnteredAt;

        Assert.True(world.RunUntil(w => w.CandidateWeight == 50, TimeSpan.FromMinutes(5), w => w.Verdict = Within(w)));

        Assert.True(world.Now - entered >= TimeSpan.FromMinutes(1));
        Assert.Contains(world.Told, told => told.Reason == "StepPassed" && told.Message.Contains("the 95 % intervals lie within the acceptance bounds", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_IntervalsWithinTheBoundsWithoutAMinimumTime_WaitForProof()
    {
        var world = AtWeight(50);

        world.RunUntil(_ => false, TimeSpan.FromMinutes(8), w => w.Verdict = Within(w));

        Assert.Equal(50, world.CandidateWeight);
    }

    [Fact]
    public void Decide_NoProofInTime_SaysWhatTheStepCouldHaveShown()
    {
        var world = AtWeight(5);
        world.Verdict = world.Verdict! with { Power = "it would have shown errors 1.6 times the stable ratio or more" };

        world.Run(TimeSpan.FromMinutes(11));

        Assert.Contains(world.Told, told => told.Reason == "Inconclusive" && told.Message.Contains("; it would have shown errors 1.6 times the stable ratio or more; waits for a person", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_Warning_IsToldOnceAndStopsNothing()
    {
        var world = AtWeight(5);
        world.Verdict = world.Verdict! with { Metrics = [new MetricVerdict { Name = "cpu", Measurement = MeasurementState.Value, Sentence = "", Warning = "cpu is 1.5 times the stable level" }] };

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal("cpu is 1.5 times the stable level", Assert.Single(world.Told, told => told.Reason == "MetricWarning").Message);
        Assert.Equal(5, world.CandidateWeight);
    }

    [Theory]
    [InlineData(0.5, 0, true)]
    [InlineData(2, 1, true)]
    [InlineData(1000, 5, false)]
    public void Decide_PlanThatShowsNothing_IsToldBeforeItBegins(double rate, double bad, bool told)
    {
        var world = Adopted();
        world.Deployment!.Template = "v2";
        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now) with
        {
            Metrics = [new MetricVerdict { Name = "errors", Measurement = MeasurementState.Value, Sentence = "", StableRequests = 2000, StableBad = bad, StableRate = rate }],
        };

        Assert.True(world.RunUntil(w => w.CandidateWeight == 5, TimeSpan.FromMinutes(5)));
        world.Run(TimeSpan.FromMinutes(1));

        var warnings = world.Told.Where(entry => entry.Reason == "PlanSeesLittle").ToList();
        Assert.Equal(told ? 1 : 0, warnings.Count);
        Assert.All(warnings, warning => Assert.Contains("the plan ends before it could show 5 times as many errors", warning.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_RolloutEnds_KeepsWhatWasLearnedAndGivesItToTheNext()
    {
        var world = AtWeight(5);
        world.Verdict = world.Verdict! with
        {
            State = VerdictState.Fail,
            Metrics = [new MetricVerdict { Name = "errors", Measurement = MeasurementState.Value, Sentence = "", Learned = [1, 200, 3600] }],
        };
        Assert.True(world.RunUntil(w => w.Status.Journey is null, TimeSpan.FromMinutes(5)));
        Assert.Equal([new MetricMemory("errors", [1, 200, 3600])], world.Status.Learned);

        world.Verdict = null;
        world.Deployment!.Template = "v3";
        Assert.True(world.RunUntil(w => w.Done.OfType<Effect.StartAnalysis>().Count() > 1, TimeSpan.FromMinutes(5)));

        var metrics = world.Done.OfType<Effect.StartAnalysis>().Last().Metrics;
        Assert.Equal([1, 200, 3600], metrics[0].Known);
        Assert.Empty(metrics[1].Known);
    }

    [Fact]
    public void Learned_MetricWithoutANewMeasurement_StaysAsItWas()
    {
        ValueList<MetricMemory> before = [new MetricMemory("errors", [1]), new MetricMemory("gone", [2])];
        var verdict = TestSpecs.Verdict(VerdictState.Running, DateTimeOffset.UnixEpoch) with
        {
            Metrics = [new MetricVerdict { Name = "errors", Measurement = MeasurementState.Value, Sentence = "", Learned = [3] }, new MetricVerdict { Name = "latency", Measurement = MeasurementState.Value, Sentence = "" }],
        };

        Assert.Equal([new MetricMemory("errors", [3]), new MetricMemory("gone", [2])], VerdictRules.Learned(before, verdict));
        Assert.Equal(before, VerdictRules.Learned(before, null));
    }

    private static Verdict Within(World world) => TestSpecs.Verdict(VerdictState.Running, world.Now) with { WithinBounds = true };
}
