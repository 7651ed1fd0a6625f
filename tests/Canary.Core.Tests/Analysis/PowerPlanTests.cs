using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Statistics;
using Canary.Testing;
using Xunit;

namespace Canary.Core.Tests.Analysis;

public sealed class PowerPlanTests
{
    private static readonly PowerQuestion Shop = new()
    {
        RequestsPerSecond = 100,
        ErrorRatio = 0.005,
        Steps = [Step(5, 10), Step(25, 10), Step(50, 10), Step(100, 5)],
    };

    [Fact]
    public void Answer_Step_TakesAsLongAsThePlanningOfTheTestSays()
    {
        var answer = PowerPlan.Answer(Shop with { Steps = [Step(25, 60)] });

        var settings = CountTestSettings.Rollback(1.1, 0, 1);
        var expected = CountPlanning.SecondsToDecide(settings, new CountTraffic(25, 75, 0.005), 2, Math.Log(100));
        Assert.Equal(expected, answer.Steps[0].TimeToSee!.Value.TotalSeconds, 1e-6);
        Assert.Equal(answer.SeenAfter, answer.Steps[0].TimeToSee);
        Assert.Equal(expected * 100 * 0.25 * 0.005, answer.BadRequests, 1e-4);
    }

    [Fact]
    public void Answer_LaterStep_StakesItsOwnShareOfTheBudget()
    {
        var answer = PowerPlan.Answer(Shop with { Steps = [Step(5, 600), Step(25, 600), Step(50, 600)] });

        var settings = CountTestSettings.Rollback(1.1, 0, 1);
        var expected = CountPlanning.SecondsToDecide(settings, new CountTraffic(25, 75, 0.005), 2, Math.Log(100) + Math.Log(4));
        Assert.Equal(expected, answer.Steps[1].TimeToSee!.Value.TotalSeconds, 1e-6);
    }

    [Fact]
    public void Answer_Regression_GoesOnThroughLaterSteps()
    {
        var answer = PowerPlan.Answer(Shop);

        Assert.False(answer.Steps[0].Sees);
        Assert.True(answer.Steps[0].TimeToSee > Shop.Steps[0].Duration);
        Assert.True(answer.SeenAfter < TimeSpan.FromMinutes(30));
        Assert.True(answer.Steps[0].Needed > answer.SeenAfter);
    }

    [Fact]
    public void Answer_FullWeight_SeesNothingAndIsNotBlamed()
    {
        var answer = PowerPlan.Answer(Shop);

        Assert.Null(answer.Steps[3].SmallestRatio);
        Assert.Null(answer.Steps[3].TimeToSee);
        Assert.DoesNotContain(answer.Warnings, warning => warning.StartsWith("step 4", StringComparison.Ordinal));
    }

    [Fact]
    public void Answer_PlanThatSeesNothing_WarnsWithARemedy()
    {
        var answer = PowerPlan.Answer(Shop with { RequestsPerSecond = 0.02 });

        Assert.Null(answer.SeenAfter);
        Assert.Contains(answer.Warnings, warning => warning.StartsWith("the plan sees 2 times the errors in 0 % of all rollouts only: give it more time", StringComparison.Ordinal));
        Assert.Contains(answer.Warnings, warning => warning.StartsWith("step 1 (5 %, 10m) sees nothing in its time, not even a candidate that fails every request", StringComparison.Ordinal));
        Assert.Contains(answer.Warnings, warning => warning.Contains("inconclusive", StringComparison.Ordinal));
    }

    [Fact]
    public void Answer_AmpleTraffic_WarnsOfNothing() =>
        Assert.Empty(PowerPlan.Answer(Shop with { RequestsPerSecond = 5000 }).Warnings);

    [Fact]
    public void Answer_RegressionWithinTheMargin_IsNeverSeen()
    {
        var answer = PowerPlan.Answer(Shop with { RequestsPerSecond = 5000, Regression = 1.05 });

        Assert.Null(answer.SeenAfter);
        Assert.Contains(answer.Warnings, warning => warning.Contains("never sees 1.05 times the errors, which is within the margin", StringComparison.Ordinal));
    }

    [Fact]
    public void Answer_BetterPlan_IsFasterAndCostsNoMore()
    {
        var answer = PowerPlan.Answer(Shop with { Steps = [Step(5, 60), Step(10, 60), Step(25, 60), Step(100, 5)] });

        var better = answer.Better!;
        Assert.True(better.Duration < TimeSpan.FromMinutes(185));
        var again = PowerPlan.Answer(Shop with { Steps = better.Steps });
        Assert.Equal(better.SeenAfter, again.SeenAfter);
        Assert.NotNull(again.AcceptedAfter);
        Assert.True(again.Steps[^2].Needed <= again.Steps[^2].Step.Duration);
        Assert.Equal(new Weight(100), better.Steps[^1].Weight);
    }

    [Fact]
    public void Answer_LargerBudgetOfBadRequests_IsNoSlower()
    {
        var few = PowerPlan.Answer(Shop with { MostBadRequests = 40 }).Better;
        var many = PowerPlan.Answer(Shop with { MostBadRequests = 400 }).Better;

        Assert.True(many!.SeenAfter < (few?.SeenAfter ?? TimeSpan.MaxValue));
    }

    [Fact]
    public void Answer_Chance_GrowsWithTheTimeAndIsHalfAtTheExpectedOne()
    {
        var expected = PowerPlan.Answer(Shop with { Steps = [Step(25, 600)] }).SeenAfter!.Value;
        var chances = new[] { 0.5, 1, 2 }.Select(times => PowerPlan.Answer(Shop with { Steps = [new PlannedWeight(new Weight(25), expected * times)] }).Chance).ToList();

        Assert.Equal(chances.Order(), chances);
        Assert.InRange(chances[1], 0.45, 0.75);
    }

    [Fact]
    public void Answer_SmallBudgetOfBadRequests_HasNoBetterPlan() =>
        Assert.Null(PowerPlan.Answer(Shop with { MostBadRequests = 0.01 }).Better);

    [Fact]
    public void Answer_Histogram_TellsOfEachWayOfBeingSlower()
    {
        var answer = PowerPlan.Answer(Shop with { ErrorRatio = null, LatencyBounds = [10, 25, 50, 100, 250, 500, 1000], LatencyCounts = [1000, 3000, 3000, 2000, 800, 150, 40, 10] });

        Assert.Equal(27, answer.Latency.Count);
        Assert.All(answer.Latency, row => Assert.Null(row.Times[3]));

        // more weight sees the same sooner, and a larger change sooner than a small one
        Assert.All(answer.Latency.Where(row => row.Times[0] is not null), row => Assert.True(row.Times[2] < row.Times[0]));
        var scales = answer.Latency.Take(5).Select(row => row.Times[2] ?? TimeSpan.MaxValue).ToList();
        Assert.Equal(scales.OrderDescending(), scales);
    }

    [Fact]
    public void Answer_Latency_StandsBesideErrorsForTheBudget()
    {
        var alone = PowerPlan.Answer(Shop);
        var both = PowerPlan.Answer(Shop with { LatencyBounds = [10, 100], LatencyCounts = [800, 190, 10] });

        Assert.True(both.Steps[1].TimeToSee > alone.Steps[1].TimeToSee);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(100, 1)]
    public void Answer_NumberOutOfRange_Throws(double rate, double regression) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PowerPlan.Answer(Shop with { RequestsPerSecond = rate, Regression = regression }));

    [Fact]
    public void Answer_NothingToJudge_Throws() => Assert.Throws<ArgumentException>(() => PowerPlan.Answer(Shop with { ErrorRatio = null }));

    /// <summary>The whole way: simulated rollouts through the engine's own judge take as long as was planned.</summary>
    [Fact]
    public void Answer_SimulatedRollouts_TakeAsLongAsPlanned()
    {
        const int Rollouts = 60;
        var question = Shop with { Steps = [Step(25, 600)], ErrorRatio = 0.01 };
        var planned = PowerPlan.Answer(question).SeenAfter!.Value;
        ValueList<MetricSpec> metrics = [TestSpecs.Metrics[0] with { Share = 1 }];
        var spec = new AnalysisSpec { Interval = TimeSpan.FromSeconds(10) };
        var taken = Enumerable.Range(0, Rollouts).Select(seed => Replay.Run(metrics, spec, BlockRounds.Of(Simulated(seed))).Decision.After!.Value.TotalSeconds).Order().ToList();

        Assert.InRange(taken[Rollouts / 2] / planned.TotalSeconds, 0.6, 1.3);
        Assert.InRange(taken[Rollouts * 9 / 10] / planned.TotalSeconds, 1, 2.5);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void Answer_SimulatedSlowRollouts_TakeAsLongAsPlanned(int alternative)
    {
        const int Rollouts = 30;
        double[] counts = [1000, 3000, 3000, 2000, 800, 150, 40, 10];
        ValueList<double> bounds = [10, 25, 50, 100, 250, 500, 1000];
        var question = Shop with { ErrorRatio = null, LatencyBounds = bounds, LatencyCounts = [.. counts], Steps = [Step(25, 600)] };
        var planned = PowerPlan.Answer(question).Latency[alternative].Times[0]!.Value;
        var slower = counts.Zip(LatencyDictionary.Build([.. bounds], [.. counts]).Ratios(alternative), (count, ratio) => count * ratio).ToArray();
        ValueList<MetricSpec> metrics = [TestSpecs.Metrics[1] with { Share = 1 }];
        var spec = new AnalysisSpec { Interval = TimeSpan.FromSeconds(10) };
        var taken = Enumerable.Range(0, Rollouts).Select(seed =>
        {
            var random = new SplitMixRandom(seed);
            var start = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
            var blocks = Enumerable.Range(-5, (int)(planned.TotalSeconds / 2) + 15).Select(i => new CountedBlock(
                start.AddSeconds(i * 10),
                TimeSpan.FromSeconds(10),
                i < 1 ? Weight.Zero : new Weight(25),
                [new MetricReading.Buckets([.. bounds, double.PositiveInfinity], Drawn(random, counts, 750))],
                [new MetricReading.Buckets([.. bounds, double.PositiveInfinity], Drawn(random, slower, i < 1 ? 0 : 250))])).ToList();
            return Replay.Run(metrics, spec, BlockRounds.Of(blocks)).Decision.After?.TotalSeconds ?? double.PositiveInfinity;
        }).Order().ToList();

        Assert.InRange(taken[Rollouts / 2] / planned.TotalSeconds, 0.5, 1.6);
    }

    private static ValueList<double> Drawn(SplitMixRandom random, double[] weights, int requests)
    {
        var counts = new double[weights.Length];
        var total = weights.Sum();
        for (var i = 0; i < requests; i++)
        {
            var at = random.NextDouble() * total;
            var bucket = 0;
            while (bucket < weights.Length - 1 && at >= weights[bucket])
            {
                at -= weights[bucket++];
            }

            counts[bucket]++;
        }

        return [.. Histograms.Cumulative(counts)];
    }

    private static List<CountedBlock> Simulated(int seed)
    {
        var random = new SplitMixRandom(seed);
        var start = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        return [.. Enumerable.Range(1, 400).Select(i => new CountedBlock(
            start.AddSeconds(i * 10),
            TimeSpan.FromSeconds(10),
            new Weight(25),
            [new MetricReading.Counts(750, Bad(random, 750, 0.01))],
            [new MetricReading.Counts(250, Bad(random, 250, 0.02))]))];
    }

    private static double Bad(SplitMixRandom random, int requests, double ratio) => Enumerable.Range(0, requests).Count(_ => random.NextDouble() < ratio);

    private static PlannedWeight Step(int weight, double minutes) => new(new Weight(weight), TimeSpan.FromMinutes(minutes));
}
