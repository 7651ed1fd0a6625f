using CsCheck;
using Xunit;

namespace Canary.Statistics.Tests;

public sealed class GaugeMeterTests
{
    [Fact]
    public void LearnOrDefault_FewerThanThirtyAskedFor_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GaugeMeter.LearnOrDefault(GaugeMeter.Start(), 29));
        Assert.Null(GaugeMeter.LearnOrDefault(GaugeMeter.Start(), 30));
    }

    [Fact]
    public void LearnOrDefault_OneRunOfReadings_IsNearWhatTheListTells() =>
        Gen.Select(Gen.Double[-0.3, 0.9], Gen.Double[0.01, 0.2], Gen.Double[-1, 1].Array[500, 900]).Sample((correlation, size, noise) =>
        {
            var series = new double[noise.Length];
            for (var i = 1; i < series.Length; i++)
            {
                series[i] = correlation * series[i - 1] + size * noise[i];
            }

            var meter = series.Aggregate(GaugeMeter.Start(), (state, value) => GaugeMeter.Advance(state, Math.Exp(value), 1));
            var expected = GaugeHistory.LearnOrDefault(series)!;
            var learned = GaugeMeter.LearnOrDefault(meter)!;

            Assert.Equal(expected.Correlation, learned.Correlation, 0.01);
            Assert.InRange(learned.Variance / expected.Variance, 0.98, 1.02);
            Assert.Equal(expected.Samples, learned.Samples);
        });

    [Fact]
    public void LearnOrDefault_TooFewReadings_IsNone()
    {
        var meter = Enumerable.Range(0, 359).Aggregate(GaugeMeter.Start(), (state, _) => GaugeMeter.Advance(state, 1.1, 1));

        Assert.Null(GaugeMeter.LearnOrDefault(meter));
        Assert.NotNull(GaugeMeter.LearnOrDefault(GaugeMeter.Advance(meter, 1.1, 1)));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void Advance_NoLevel_EndsTheRun(double level)
    {
        var state = GaugeMeter.Advance(GaugeMeter.Advance(GaugeMeter.Start(), 2, 1), level, 1);

        Assert.False(state.HasPrevious);
        Assert.Equal(1, GaugeMeter.Advance(state, 2, 1).Readings - 1);
        Assert.Equal(0, GaugeMeter.Advance(state, 2, 1).Pairs);
    }

    [Fact]
    public void FromNumbers_AnyState_IsTheSameToTheBit() => Gen.Double[0.1, 10].Array[0, 20].Sample(levels =>
    {
        var state = levels.Aggregate(GaugeMeter.Start(), (state, level) => GaugeMeter.Advance(state, level, 1));

        Assert.Equal(state, GaugeMeterState.FromNumbers(state.ToNumbers()));
    });

    [Fact]
    public void Plus_TwoTimes_AddsUpWithoutNeighboursAcross()
    {
        var one = GaugeMeter.Advance(GaugeMeter.Advance(GaugeMeter.Start(), 2, 1), 2, 1);

        var both = GaugeMeter.Plus(one, one);

        Assert.Equal((4, 2), (both.Readings, both.Pairs));
        Assert.Equal(4, GaugeMeter.Plus(GaugeMeter.Faded(both), GaugeMeter.Faded(both)).Readings);
    }
}
