using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Tests;

/// <summary>The bounds that delays are measured by.</summary>
public sealed class LatencyBoundTests
{
    private static readonly double[] Usual = LatencyLaw.Usual.Shares(Layout.Classic.Bounds);

    [Theory]
    [InlineData(0.1, 10, 0.01, 43884)]
    [InlineData(0.25, 100, 0.1, 103)]
    [InlineData(1, 10, 0.05, 321)]
    public void Alike_StretchedTail_IsAsInTheReference(double rise, double rate, double weight, double expected) =>
        Assert.Equal(expected, LatencyBound.Alike(Usual, LatencyLaw.Tail(rise).Shares(Layout.Classic.Bounds), rate, weight), expected / 150);

    [Theory]
    [InlineData(10, 0.5, 641)]
    [InlineData(100, 0.1, 178)]
    public void Alike_EveryLatencyLonger_IsAsInTheReference(double rate, double weight, double expected) =>
        Assert.Equal(expected, LatencyBound.Alike(Usual, LatencyLaw.Usual.Scaled(1.05).Shares(Layout.Classic.Bounds), rate, weight), expected / 300);

    [Fact]
    public void NotSlower_EveryLatencyLonger_IsTheSameBound()
    {
        var slower = LatencyLaw.Usual.Scaled(1.1).Shares(Layout.Classic.Bounds);

        Assert.Equal(LatencyBound.Alike(Usual, slower, 100, 0.1), LatencyBound.NotSlower(Usual, slower, 100, 0.1), 1e-6);
    }

    [Fact]
    public void NotSlower_FasterCandidate_IsNeverReached() =>
        Assert.Equal(double.PositiveInfinity, LatencyBound.NotSlower(Usual, LatencyLaw.Usual.Scaled(0.9).Shares(Layout.Classic.Bounds), 100, 0.1));

    [Fact]
    public void NotSlower_StretchedTail_IsNearerThanEveryOrderedPairDrawn()
    {
        var slower = LatencyLaw.Tail(0.25).Shares(Layout.Fine.Bounds);
        var usual = LatencyLaw.Usual.Shares(Layout.Fine.Bounds);
        const double weight = 0.3;
        var nats = LatencyBound.NatsNotSlower(usual, slower, weight);
        var chance = new Chance(1);

        for (var i = 0; i < 20_000; i++)
        {
            var (one, other) = (Slower(Disturbed(chance, usual, slower)), Slower(Disturbed(chance, usual, slower)));
            var candidate = Shares(one.Zip(other, Math.Min));
            var baseline = Shares(one.Zip(other, Math.Max));
            Assert.True(weight * LatencyBound.Divergence(slower, candidate) + (1 - weight) * LatencyBound.Divergence(usual, baseline) >= nats - 1e-12);
        }

        Assert.InRange(nats, 0, LatencyBound.NatsAlike(usual, slower, weight));
    }

    [Fact]
    public void MarginBound_NoMargin_IsThePooledBound()
    {
        var bound = InformationBound.Compute(0.01, 0.02, 100, 0.1, 0.01);

        Assert.Equal(bound.Seconds, MarginBound.Seconds(ErrorMoment.Split(100, 0.1, 0.01, 0.02), 1, 0, Thresholds.LogThreshold(0.01)), 1e-6 * bound.Seconds);
    }

    [Theory]
    [InlineData(0.001, 0.002, 1000, 1.1, 0, 179)]
    [InlineData(0.001, 0.002, 1000, 1.1, 0.0005, 1084)]
    [InlineData(0.01, 0.015, 1000, 1.25, 0, 222)]
    [InlineData(0.01, 0.02, 100, 1.1, 0.001, 232)]
    public void MarginBound_Margin_IsAsInTheReference(double baseline, double candidate, double rate, double ratio, double difference, double expected) =>
        Assert.Equal(expected, MarginBound.Seconds(ErrorMoment.Split(rate, 0.1, baseline, candidate), ratio, difference, Thresholds.LogThreshold(0.01)), 0.6);

    private static double[] Disturbed(Chance chance, double[] usual, double[] slower)
    {
        var mix = chance.Unit();
        double[] shares = [.. usual.Zip(slower, (own, other) => (mix * own + (1 - mix) * other) * Math.Exp(0.02 * chance.Normal()))];
        var sum = shares.Sum();
        return [.. shares.Select(share => share / sum)];
    }

    private static double[] Slower(double[] shares)
    {
        var (slower, above) = (new double[shares.Length], 0.0);
        for (var bucket = shares.Length - 1; bucket >= 0; bucket--)
        {
            slower[bucket] = above += shares[bucket];
        }

        return slower;
    }

    private static double[] Shares(IEnumerable<double> slower)
    {
        double[] above = [.. slower, 0];
        return [.. Enumerable.Range(0, above.Length - 1).Select(bucket => above[bucket] - above[bucket + 1])];
    }
}
