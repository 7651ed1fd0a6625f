namespace Canary.Statistics.Tests;

public sealed class PlanOfWeightsTests
{
    private static readonly CountTestSettings Settings = CountTestSettings.Rollback();
    private static readonly double Threshold = Thresholds.LogThreshold(0.01);

    [Theory]
    [InlineData(100, 0.005, 2, 60)]
    [InlineData(100, 0.005, 1.5, 150)]
    [InlineData(1000, 0.001, 2, 100)]
    [InlineData(10, 0.01, 2, 60)]
    [InlineData(5000, 0.01, 1.3, 400)]
    public void Fastest_ABudget_IsKeptByEveryRegressionAndTheWeightsClimb(double rate, double errors, double smallest, double budget)
    {
        var plan = PlanOfWeights.Fastest(Settings, rate, errors, smallest, budget, Threshold)!;

        Assert.True(plan.LostRequests <= budget);
        Assert.True(plan.Steps.Zip(plan.Steps.Skip(1)).All(pair => pair.First.CandidateShare < pair.Second.CandidateShare));
        Vector.Near(plan.Steps.Sum(step => step.Seconds), plan.Seconds);
        var seen = PlanPower.SecondsToDecide(Settings, plan.Steps, rate, errors, smallest, Threshold);
        Assert.InRange(seen, plan.Seconds - 10, plan.Seconds + 1e-6);
        for (var ratio = smallest; ratio * errors < 1; ratio *= 1.1)
        {
            Assert.InRange(Lost(plan.Steps, rate, errors, ratio), 0, 1.05 * budget);
        }
    }

    [Fact]
    public void Fastest_MoreMayBeLost_IsNoSlower()
    {
        var before = double.PositiveInfinity;
        foreach (var budget in new double[] { 40, 50, 70, 100, 200, 1000, 1e6 })
        {
            var seconds = PlanOfWeights.Fastest(Settings, 100, 0.005, 2, budget, Threshold)?.Seconds ?? double.PositiveInfinity;
            Assert.True(seconds <= before);
            before = seconds;
        }

        // with everything to lose, the best weight at once
        Assert.Equal([0.5], PlanOfWeights.Fastest(Settings, 100, 0.005, 2, 1e9, Threshold)!.Steps.Select(step => step.CandidateShare));
    }

    [Fact]
    public void Fastest_AgainstEveryShortPlan_IsHardlySlower()
    {
        double[] weights = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5];
        const double Budget = 70;
        var plan = PlanOfWeights.Fastest(Settings, 100, 0.005, 2, Budget, Threshold, weights)!;

        var best = double.PositiveInfinity;
        double[] times = [10, 20, 30, 50, 80, 120, 200, 300];
        foreach (var first in weights)
        {
            foreach (var second in weights.Where(weight => weight >= first))
            {
                foreach (var third in weights.Where(weight => weight >= second))
                {
                    foreach (var (one, two) in times.SelectMany(one => times.Select(two => (one, two))))
                    {
                        WeightStep[] steps = [new(first, one), new(second, two), new(third, 36_000)];
                        var seconds = PlanPower.SecondsToDecide(Settings, steps, 100, 0.005, 2, Threshold);
                        if (seconds < best && Enumerable.Range(0, 60).All(i => Lost(steps, 100, 0.005, 2 * Math.Pow(100, i / 59.0)) <= Budget))
                        {
                            best = seconds;
                        }
                    }
                }
            }
        }

        Assert.InRange(plan.Seconds, 0.5 * best, 1.15 * best);
    }

    [Fact]
    public void Fastest_ImpossibleBudget_IsNoPlan()
    {
        // a doubling cannot be seen before some dozen requests are lost, at any weight
        Assert.Null(PlanOfWeights.Fastest(Settings, 100, 0.005, 2, 5, Threshold));
        Assert.Null(PlanOfWeights.Fastest(Settings, 100, 0.005, 1.05, 1e9, Threshold));
    }

    [Fact]
    public void Fastest_WrongInput_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => PlanOfWeights.Fastest(CountTestSettings.Acceptance(), 100, 0.01, 2, 10, 4));
        Assert.Throws<ArgumentException>(() => PlanOfWeights.Fastest(Settings, 100, 0.01, 2, 10, 4, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanOfWeights.Fastest(Settings, 100, 0.01, 2, 10, 4, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanOfWeights.Fastest(Settings, 0, 0.01, 2, 10, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanOfWeights.Fastest(Settings, 100, 0, 2, 10, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanOfWeights.Fastest(Settings, 100, 0.01, double.NaN, 10, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanOfWeights.Fastest(Settings, 100, 0.01, 2, 0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanOfWeights.Fastest(Settings, 100, 0.01, 2, 10, 0));
    }

    /// <summary>Requests expected to be lost until a look shows the regression and the traffic is away.</summary>
    private static double Lost(IReadOnlyList<WeightStep> steps, double rate, double errors, double ratio)
    {
        var seen = PlanPower.SecondsToDecide(Settings, steps, rate, errors, ratio, Threshold);
        var end = Math.Ceiling(seen / 10 - 1e-9) * 10;
        var (lost, at) = (0.0, 0.0);
        for (var i = 0; i < steps.Count && at < end; i++)
        {
            var last = i == steps.Count - 1 || at + steps[i].Seconds >= end;
            lost += (Math.Min(1, ratio * errors) - errors) * rate * steps[i].CandidateShare * (last ? end - at + 10 : steps[i].Seconds);
            at = last ? end : at + steps[i].Seconds;
        }

        return lost;
    }
}
