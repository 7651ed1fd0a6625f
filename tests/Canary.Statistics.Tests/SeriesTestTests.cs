using CsCheck;
using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

public sealed class SeriesTestTests
{
    [Fact]
    public void Judge_HigherByHalf_IsBeyondTheMarginInItsDirectionOnly()
    {
        var (high, low) = (Points(1, 40, 15), Points(2, 40, 10));

        Assert.Equal(SeriesOutcome.Higher, SeriesTest.Judge(new(4), high, low).Outcome);
        Assert.Equal(SeriesOutcome.Lower, SeriesTest.Judge(new(4), low, high).Outcome);
        Assert.Equal(SeriesOutcome.Within, SeriesTest.Judge(new(4, direction: SeriesDirection.Lower), high, low).Outcome);
        Assert.Equal(SeriesOutcome.Within, SeriesTest.Judge(new(4, direction: SeriesDirection.Higher), low, high).Outcome);
        Assert.Equal(SeriesOutcome.Within, SeriesTest.Judge(new(4, margin: 0.6), high, low).Outcome);
        Assert.True(SeriesTest.Judge(new(4), high, low).IsBeyond);
    }

    [Fact]
    public void Judge_NegativeBaseline_TakesTheMarginFromItsSize()
    {
        var judgement = SeriesTest.Judge(new(1, margin: 0.5), Points(1, 40, -10), Points(2, 40, -10));

        Assert.InRange(judgement.Margin, 4.9, 5.1);
        Assert.Equal(SeriesOutcome.Within, judgement.Outcome);
    }

    [Fact]
    public void Judge_ScaleOfTheSeries_DoesNotMatter() =>
        Gen.Select(Gen.Double[1, 3].Array[5, 40], Gen.Double[1, 3].Array[5, 40], Gen.Int[-300, 300]).Sample((candidate, baseline, exponent) =>
        {
            // by powers of 2, so that nothing is rounded
            double[] Scaled(double[] values) => [.. values.Select(value => Math.ScaleB(value, exponent))];

            Assert.Equal(
                SeriesTest.Judge(new(3), candidate, baseline).Outcome,
                SeriesTest.Judge(new(3), Scaled(candidate), Scaled(baseline)).Outcome);
        });

    [Fact]
    public void Judge_PointsThatAreNoNumbers_AreLeftOut()
    {
        var judgement = SeriesTest.Judge(new(1), [double.NaN, 1, double.PositiveInfinity], [double.NegativeInfinity, 2, double.NaN]);

        Assert.Equal((SeriesOutcome.TooFew, 1, 1), (judgement.Outcome, judgement.CandidatePoints, judgement.BaselinePoints));
        Assert.Equal(-1, judgement.Shift);
        Assert.Null(SeriesTest.Judge(new(1), [double.NaN], [1]).Shift);
        Assert.Equal(SeriesOutcome.TooFew, SeriesTest.Judge(new(1), [], []).Outcome);
    }

    [Fact]
    public void LogEvidence_Judgements_ExpectExactlyOneAtEveryTime()
    {
        // the worst null: each judgement is wrong with exactly its part of the error probability, and all for themselves
        var settings = new SeriesTestSettings(5, 0.04);
        for (var judged = 0; judged <= 5; judged++)
        {
            var wrong = judged * 0.04 / 5;
            Vector.Near(1, wrong * Math.Exp(SeriesTest.LogEvidence(settings, judged, true)) + Math.Exp(SeriesTest.LogEvidence(settings, judged, false)), 1e-12);
        }

        Assert.Equal(double.NegativeInfinity, SeriesTest.LogEvidence(settings, 5, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeriesTest.LogEvidence(settings, 6, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeriesTest.LogEvidence(settings, -1, false));
    }

    [Theory]
    [InlineData(12, 0.0, 1.0)]
    [InlineData(12, 0.1, 1.1)]
    [InlineData(240, 0.0, 1.0)]
    [InlineData(240, 0.1, 1.1)]
    public void Judge_CandidateNoFurtherThanTheMargin_IsRarelyFoundBeyond(int points, double margin, double ratio)
    {
        // judged at four times as the series grow; at 5 % so that a failure would show
        var settings = new SeriesTestSettings(4, 0.05, margin, SeriesDirection.Higher);
        var alarms = Enumerable.Range(0, 1000).Count(seed =>
        {
            var (candidate, baseline) = (Skewed(seed, points, ratio), Skewed(seed + 10_000, points, 1));
            return Enumerable.Range(1, 4).Any(quarter => SeriesTest.Judge(settings, candidate[..(points * quarter / 4)], baseline[..(points * quarter / 4)]).IsBeyond);
        });

        // the median that the margin is taken from is estimated, which costs nothing that would show here
        Assert.InRange(alarms / 1000.0, 0, 0.06);
    }

    [Fact]
    public void SeriesTestSettings_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeriesTestSettings(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeriesTestSettings(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeriesTestSettings(1, margin: -0.1));
    }

    private static double[] Points(int seed, int points, double level)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, points).Select(_ => level + Normal.Sample(random, 0, 0.1))];
    }

    /// <summary>Skewed points, all shifted so that their median is that many times 10.</summary>
    private static double[] Skewed(int seed, int points, double ratio)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, points).Select(_ => 10 * ratio - 3 * Math.Log(2) + 3 * Exponential.Sample(random, 1))];
    }
}
