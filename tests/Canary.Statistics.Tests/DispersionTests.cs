using System.Text.Json;
using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

public sealed class DispersionTests
{
    [Fact]
    public void Estimate_IndependentErrors_IsOneAndHarmless()
    {
        var estimates = Enumerable.Range(0, 20).Select(seed => Measure(seed, cluster: 1, minutes: 30)).ToArray();

        Assert.All(estimates, estimate => Assert.True(estimate.IsReliable));
        Assert.InRange(estimates.Count(estimate => estimate.Factor == 1), 18, 20);
        Assert.InRange(estimates.Average(estimate => estimate.Raw), 1, 1.1);
    }

    [Fact]
    public void Estimate_ErrorsInFives_IsAboutFive()
    {
        var estimates = Enumerable.Range(0, 20).Select(seed => Measure(seed, cluster: 5, minutes: 60)).ToArray();

        Assert.InRange(estimates.Average(estimate => estimate.Raw), 4.3, 5.7);
        Assert.All(estimates, estimate => Assert.Equal(1.5 * estimate.Raw, estimate.Factor));
    }

    [Fact]
    public void Factor_TooShortOrTooFewErrors_IsUnknown()
    {
        var brief = Measure(1, cluster: 1, minutes: 20);
        var rare = new DispersionEstimate(3, 149, 7200);

        Assert.False(brief.IsReliable);
        Assert.Null(brief.Factor);
        Assert.Null(rare.Factor);
        Assert.Equal(1, DispersionEstimate.Choose(brief));
        Assert.Equal(1, DispersionEstimate.Choose(null));
        Assert.Equal(4, DispersionEstimate.Choose(rare, 3));
        Assert.Equal(1, new DispersionEstimate(1.2, 150, 1800).Factor);
        Assert.Equal(1.5 * 1.21, new DispersionEstimate(1.21, 150, 1800).Factor);
        Assert.Equal(4.5, DispersionEstimate.Choose(new(3, 150, 1800), 2));
        Assert.Equal(5, DispersionEstimate.Choose(new(3, 150, 1800), 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => DispersionEstimate.Choose(null, -1));
    }

    [Fact]
    public void Advance_MeasuredDispersion_KeepsTheFalseAlarmsOfClusteredErrorsDown()
    {
        // 0.5 % of 100 requests/s fail in clusters of geometric size, 4 on average; unknown size, so it is measured for an hour first
        var (plain, tempered) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var meter = DispersionMeter.Start();
            for (var block = 0; block < 360; block++)
            {
                var pods = Enumerable.Range(0, 4).Select(pod => new PodCounts((ulong)(seed * 10 + pod), 250, Clustered(random, 250 * 0.005))).ToArray();
                meter = DispersionMeter.Advance(meter, pods, 10);
            }

            var dispersion = DispersionEstimate.Choose(DispersionMeter.Estimate(meter));
            var blocks = Enumerable.Range(0, 360).Select(_ => new CountBlock(100, 900, Clustered(random, 0.5), Clustered(random, 4.5))).ToArray();
            plain += Alarms(CountTestSettings.Rollback(1), blocks) ? 1 : 0;
            tempered += Alarms(CountTestSettings.Rollback(1, 0, dispersion), blocks) ? 1 : 0;
        }

        Assert.InRange(plain, 20, 60);
        Assert.InRange(tempered, 0, 2);
    }

    [Fact]
    public void Estimate_OnePodOrNoErrors_IsNothing()
    {
        var one = DispersionMeter.Advance(DispersionMeter.Start(), [new(7, 100, 5)], 10);
        var clean = DispersionMeter.Advance(DispersionMeter.Start(), [new(7, 100, 0), new(8, 100, 0), new(9, 0, 0)], 10);

        Assert.Null(DispersionMeter.Estimate(one));
        Assert.Null(DispersionMeter.Estimate(clean));
        Assert.Null(DispersionMeter.Estimate(DispersionMeter.Start()));
        Assert.Equal((1, 10), (one.Blocks, one.Seconds));
    }

    [Fact]
    public void Advance_PodsInAnyOrder_IsTheSame()
    {
        PodCounts[] pods = [new(1, 100, 3), new(2, 50, 0), new(3, 70, 9), new(ulong.MaxValue, 10, 1)];

        var state = DispersionMeter.Advance(DispersionMeter.Start(), pods, 10);
        var reversed = DispersionMeter.Advance(DispersionMeter.Start(), [.. pods.Reverse()], 10);

        Assert.Equal(state, reversed);
        Assert.Equal(state, DispersionState.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(state.ToNumbers()))!));
        Assert.True(state.Variances.Distinct().Count() > 3);
    }

    [Fact]
    public void StandardDeviation_PodsThatDiffer_IsFoundBesideChance()
    {
        var random = new Random(5);
        PodCounts Pod(int i, double sd) => Counts((ulong)i, 100_000, Poisson.Sample(random, 1000 * Math.Exp(sd * Normal.Sample(random, 0, 1))));

        var differing = PodEffects.StandardDeviation([.. Enumerable.Range(0, 200).Select(i => Pod(i, 0.3))]);
        var equal = PodEffects.StandardDeviation([.. Enumerable.Range(0, 200).Select(i => Pod(i, 0))]);

        Assert.InRange(differing!.Value, 0.25, 0.35);
        Assert.InRange(equal!.Value, 0, 0.02);
        Assert.Null(PodEffects.StandardDeviation([new(1, 100, 1), new(2, 0, 0)]));
    }

    [Fact]
    public void StandardDeviation_TwoPods_IsTheirSpreadLessThatOfChance()
    {
        var spread = Math.Pow(Math.Log(9.5 / 3.5), 2) / 2;

        Vector.Near(Math.Sqrt(spread - (1 / 3.5 + 1 / 9.5) / 2), PodEffects.StandardDeviation([new(1, 100, 3), new(2, 100, 9), new(3, 0, 0)])!.Value);
        Assert.Equal(0, PodEffects.StandardDeviation([new(1, 100, 3), new(2, 100, 3)]));
    }

    [Fact]
    public void LeastMarginRatio_IsAsSpecified()
    {
        Vector.Near(Math.Exp(2.33 * 0.2 * Math.Sqrt(0.25 + 0.05)), PodEffects.LeastMarginRatio(0.2, 4, 20));
        Assert.Equal(1, PodEffects.LeastMarginRatio(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PodEffects.LeastMarginRatio(double.NaN, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PodEffects.LeastMarginRatio(0.1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PodEffects.LeastMarginRatio(0.1, 1, 0));
    }

    [Fact]
    public void Dispersion_WrongInput_IsRefused()
    {
        var numbers = DispersionMeter.Start().ToNumbers().ToArray();

        Assert.Throws<ArgumentOutOfRangeException>(() => DispersionMeter.Advance(DispersionMeter.Start(), [], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PodCounts(1, double.NaN, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PodCounts(1, 1, 2));
        Assert.False(PodCounts.TryCreate(1, double.PositiveInfinity, 0, out _));
        Assert.False(PodCounts.TryCreate(1, 1, -1, out _));
        Assert.True(PodCounts.TryCreate(1, 2, 1, out var counts));
        Assert.Equal(new(1, 2, 1), counts);
        Assert.Throws<ArgumentException>(() => DispersionState.FromNumbers(numbers[..^1]));
        Assert.Throws<ArgumentException>(() => DispersionState.FromNumbers([1, 1, 0, 1, 0, 0, 0]));
        Assert.Throws<ArgumentException>(() => DispersionState.FromNumbers([.. numbers[..2], -1, .. numbers[3..]]));
    }

    private static PodCounts Counts(ulong key, double requests, double errors) => new(key, requests, Math.Min(requests, errors));

    private static DispersionEstimate Measure(int seed, int cluster, int minutes)
    {
        var random = new Random(seed);
        var state = DispersionMeter.Start();
        for (var block = 0; block < 6 * minutes; block++)
        {
            var pods = Enumerable.Range(0, 6).Select(pod => Counts((ulong)(100 * seed + pod), 200, cluster * Poisson.Sample(random, 2.0 / cluster)));
            state = DispersionMeter.Advance(state, [.. pods], 10);
        }

        return DispersionMeter.Estimate(state)!.Value;
    }

    private static double Clustered(Random random, double errors)
    {
        var sum = 0;
        for (var clusters = Poisson.Sample(random, errors / 4); clusters > 0; clusters--)
        {
            sum += Geometric.Sample(random, 0.25);
        }

        return sum;
    }

    private static bool Alarms(CountTestSettings settings, IEnumerable<CountBlock> blocks)
    {
        var state = blocks.Aggregate(CountTest.Start(settings), (current, block) => CountTest.Advance(settings, current, block));
        return Thresholds.IsReached(state.MaximumLogEvidence, 0.01);
    }
}
