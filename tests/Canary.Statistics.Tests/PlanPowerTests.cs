using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

public sealed class PlanPowerTests
{
    private static readonly CountTestSettings Settings = CountTestSettings.Rollback(1);

    // share of simulated rollouts that were rolled back within an hour at 1 %, measured elsewhere (500 each)
    [Theory]
    [InlineData(0.001, 2, 10, 0.5, 0.24)]
    [InlineData(0.001, 2, 100, 0.05, 0.64)]
    [InlineData(0.001, 2, 100, 0.1, 0.95)]
    [InlineData(0.01, 1.5, 10, 0.25, 0.70)]
    [InlineData(0.01, 1.5, 10, 0.5, 0.84)]
    [InlineData(0.01, 1.5, 10, 0.1, 0.29)]
    [InlineData(0.01, 1.5, 100, 0.01, 0.37)]
    [InlineData(0.01, 2, 10, 0.05, 0.61)]
    [InlineData(0.01, 2, 10, 0.1, 0.95)]
    [InlineData(0.01, 2, 10, 0.01, 0.08)]
    [InlineData(0.01, 2, 100, 0.1, 1)]
    [InlineData(0.01, 1, 100, 0.1, 0)]
    public void Power_AnHourAtOneWeight_IsNearWhatWasSimulated(double errors, double ratio, double rate, double share, double simulated) =>
        Assert.Equal(simulated, PlanPower.Power(Settings, [new(share, 3600)], rate, errors, ratio, Thresholds.LogThreshold(0.01)), 0.1);

    // seconds until acceptance of an equal candidate and share of it within an hour, measured elsewhere
    [Theory]
    [InlineData(0.005, 2, 0, 100, 0.1, 250)]
    [InlineData(0.001, 1.25, 0.005, 100, 0.1, 90)]
    [InlineData(0.01, 1.5, 0, 1000, 0.01, 370)]
    public void SecondsToDecide_AcceptanceAtOneWeight_IsNearWhatWasSimulated(double errors, double ratio, double difference, double rate, double share, double simulated) =>
        Assert.Equal(1, PlanPower.SecondsToDecide(CountTestSettings.Acceptance(ratio, difference), [new(share, 3600)], rate, errors, 1, Thresholds.LogThreshold(0.05)) / simulated, 0.3);

    [Fact]
    public void Power_StepsOfARollout_IsNearTheSimulation()
    {
        WeightStep[] plan = [new(0.01, 600), new(0.05, 600), new(0.25, 600)];
        var seen = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var state = CountTest.Start(Settings);
            foreach (var step in plan)
            {
                for (var block = 0; block < 60; block++)
                {
                    var (candidates, baselines) = (500 * step.CandidateShare, 500 * (1 - step.CandidateShare));
                    state = CountTest.Advance(Settings, state, new(candidates, baselines, Math.Min(candidates, Poisson.Sample(random, candidates * 0.02)), Poisson.Sample(random, baselines * 0.01)));
                }
            }

            seen += Thresholds.IsReached(state.MaximumLogEvidence, 0.01) ? 1 : 0;
        }

        Assert.Equal(seen / 200.0, PlanPower.Power(Settings, plan, 50, 0.01, 2, Thresholds.LogThreshold(0.01)), 0.1);
    }

    [Fact]
    public void SecondsToDecide_OneStep_IsThatOfConstantTraffic()
    {
        var seconds = CountPlanning.SecondsToDecide(Settings, new(10, 90, 0.01), 2, 4.6);

        Vector.Near(seconds, PlanPower.SecondsToDecide(Settings, [new(0.1, double.PositiveInfinity)], 100, 0.01, 2, 4.6));
        Vector.Near(seconds + 600, PlanPower.SecondsToDecide(Settings, [new(0, 600), new(0.1, 10000)], 100, 0.01, 2, 4.6));
        Vector.Near(seconds, PlanPower.SecondsToDecide(Settings, [new(0.1, seconds / 3), new(0.1, seconds)], 100, 0.01, 2, 4.6));
        Assert.Equal(double.PositiveInfinity, PlanPower.SecondsToDecide(Settings, [new(0.1, seconds / 2)], 100, 0.01, 2, 4.6));
        Assert.Equal(double.PositiveInfinity, PlanPower.SecondsToDecide(Settings, [], 100, 0.01, 2, 4.6));
        Assert.Equal(0, PlanPower.SecondsToDecide(Settings, [new(0.1, 1)], 100, 0.01, 2, 0));
    }

    [Fact]
    public void MinimumDetectableRatio_HasThePowerThatWasAskedFor()
    {
        WeightStep[] plan = [new(0.05, 600), new(0.2, 600)];
        foreach (var power in new[] { 0.5, 0.8, 0.99 })
        {
            var ratio = PlanPower.MinimumDetectableRatio(Settings, plan, 100, 0.01, 4.6, power);

            Assert.InRange(ratio, 1.2, 3);
            Assert.Equal(power, PlanPower.Power(Settings, plan, 100, 0.01, ratio, 4.6), 1e-6);
        }

        Assert.Equal(double.PositiveInfinity, PlanPower.MinimumDetectableRatio(Settings, [new(0.01, 1)], 1, 0.5, 4.6));
        Assert.Equal(double.PositiveInfinity, PlanPower.MinimumDetectableRatio(Settings, plan, 100, 0, 4.6));
    }

    [Fact]
    public void FirstPassage_DriftOfNothing_IsTwiceTheEnd()
    {
        // reflection: a walk without drift has been above b with twice the chance of ending above it
        Vector.Near(2 * (1 - Normal.CDF(0, 1, 1.5)), PlanPower.FirstPassage(3, 0, 4));
        Vector.Near(Math.Exp(-40), PlanPower.FirstPassage(2, -10, 1), 1e-6);
        Assert.Equal(1, PlanPower.FirstPassage(1, 1e6, 4));
        Assert.Equal(0, PlanPower.FirstPassage(1, -1e6, 4));
        Assert.Equal((1, 0, 1), (PlanPower.FirstPassage(1, 2, 0), PlanPower.FirstPassage(1, 0.5, 0), PlanPower.FirstPassage(0, 0, 0)));
    }

    [Fact]
    public void Power_OddInput_IsDefined()
    {
        Assert.Equal(0, PlanPower.Power(Settings, [], 100, 0.01, 2, 4.6));
        Assert.Equal(0, PlanPower.Power(Settings, [new(0.1, 3600)], 100, 0, 2, 4.6));
        Assert.Equal(1, PlanPower.Power(Settings, [new(0.1, double.PositiveInfinity)], 100, 0.01, 2, 4.6));
        Assert.Equal(0, PlanPower.Power(Settings, [new(0.1, double.PositiveInfinity)], 100, 0.01, 1, 4.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanPower.Power(Settings, [], 0, 0.01, 2, 4.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanPower.Power(Settings, [], 1, 0.01, 2, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanPower.MinimumDetectableRatio(Settings, [], 1, 0.01, 4, 0));
        Assert.Throws<ArgumentException>(() => PlanPower.MinimumDetectableRatio(CountTestSettings.Acceptance(), [], 1, 0.01, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightStep(1.1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightStep(0.1, double.NaN));
    }
}
