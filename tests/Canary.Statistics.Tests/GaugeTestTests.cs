using System.Text.Json;
using CsCheck;
using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

public sealed class GaugeTestTests
{
    private const int Hour = 360;

    private sealed record MixtureVector(double[] Y, double Margin, double G, double[] LogOneSided_from_n2);

    [Fact]
    public void LogEvidenceOfUnknownVariance_Vectors_AreMetAlsoInAnyOrder()
    {
        var vectors = Vector.Read<MixtureVector[]>("gauge.json");

        Assert.Equal(2, vectors.Length);
        foreach (var vector in vectors)
        {
            var settings = new GaugeTestSettings(Math.Exp(vector.Margin), readingsPerBlock: 1);
            var state = GaugeTest.Start();
            for (var i = 0; i < vector.Y.Length; i++)
            {
                state = GaugeTest.Advance(settings, state, Math.Exp(vector.Y[i]), 1);
                Vector.Near(i == 0 ? 0 : vector.LogOneSided_from_n2[i - 1], GaugeTest.LogEvidence(settings, state), what: $"after {i + 1}");
            }

            var back = vector.Y.Reverse().Aggregate(GaugeTest.Start(), (current, y) => GaugeTest.Advance(settings, current, Math.Exp(y), 1));
            Vector.Near(vector.LogOneSided_from_n2[^1], GaugeTest.LogEvidence(settings, back));
        }
    }

    [Fact]
    public void LogEvidenceOfUnknownVariance_ScaleOfTheReadings_DoesNotMatter() =>
        Gen.Select(Gen.Double[-1, 1].Array[2, 20], Gen.Double[0.001, 1000]).Sample((values, scale) =>
            Vector.Near(
                Unknown(values),
                Unknown([.. values.Select(value => value * scale)]),
                1e-8));

    [Fact]
    public void LogEvidenceOfUnknownVariance_Extremes_AreFinite()
    {
        Assert.Equal(0, Unknown([0, 0, 0, 0]));
        Assert.Equal(0, Unknown([5]));
        Assert.True(Unknown(Enumerable.Repeat(1.0, 50)) > 20);

        // evidence against n equal blocks falls as ln n; from about 120 on the distribution function is below the smallest double
        Vector.Near(Unknown(Enumerable.Repeat(-1.0, 100)) - Math.Log(10), Unknown(Enumerable.Repeat(-1.0, 1000)), 0.02);
        Vector.Near(Unknown(Enumerable.Repeat(-1.0, 110)), Unknown(Enumerable.Repeat(-1.0, 130)) + Math.Log(130.0 / 110), 0.01);
        Assert.True(double.IsFinite(Unknown(Enumerable.Repeat(1e-150, 5).Append(1e150))));
    }

    [Fact]
    public void LogEvidence_WithHistory_IsTheMixtureIntegratedNumerically()
    {
        var history = GaugeHistory.Of(0.5, 0.0025, 360);
        var settings = new GaugeTestSettings(1, history: history);
        double[] readings = [0.01, 0.06, 0.02, 0.11, 0.03, 0.09];
        var state = readings.Aggregate(GaugeTest.Start(), (current, reading) => GaugeTest.Advance(settings, current, Math.Exp(reading), 1));

        // twice the upper half of a normal law with deviation 0.1 x (1 - 0.5) over the drift per surprise
        var sum = readings.Zip(readings.Skip(1), (before, now) => now - 0.5 * before).Sum();
        var expected = MathNet.Numerics.Integration.GaussLegendreRule.Integrate(
            drift => 2 * Normal.PDF(0, 0.05, drift) * Math.Exp(sum * drift / 0.0025 - 5 * drift * drift / (2 * 0.0025)), 0, 0.6, 256);

        Assert.Equal(5, state.Steps);
        Vector.Near(Math.Log(expected), GaugeTest.LogEvidence(settings, state));
    }

    [Fact]
    public void Advance_BelowTheMarginAsAcceptance_IsTheMirrorImage() =>
        Gen.Select(Gen.Double[0.5, 2].Array[1, 30], Gen.Bool).Sample((ratios, known) =>
        {
            var history = known ? GaugeHistory.Of(0.3, 0.01, 360) : null;
            var above = new GaugeTestSettings(1.25, true, history, 2);
            var below = new GaugeTestSettings(0.8, false, history, 2);

            var up = ratios.Aggregate(GaugeTest.Start(), (state, ratio) => GaugeTest.Advance(above, state, ratio, 1));
            var down = ratios.Aggregate(GaugeTest.Start(), (state, ratio) => GaugeTest.Advance(below, state, 1, ratio));

            Vector.Near(GaugeTest.LogEvidence(above, up), GaugeTest.LogEvidence(below, down), 1e-7);
        });

    [Fact]
    public void Advance_HigherCandidate_IsMoreEvidence() =>
        Gen.Select(Gen.Double[0.8, 1.3].Array[4, 30], Gen.Double[1.001, 1.2]).Sample((ratios, more) =>
        {
            var settings = new GaugeTestSettings(1, history: GaugeHistory.Of(0.6, 0.01, 360));

            Assert.True(After(settings, [.. ratios.Select(ratio => ratio * more)]) > After(settings, ratios));
        });

    [Fact]
    public void Advance_NoReading_IsAGap()
    {
        var settings = new GaugeTestSettings(history: GaugeHistory.Of(0.9, 0.01, 360));
        var state = GaugeTest.Advance(settings, GaugeTest.Advance(settings, GaugeTest.Start(), 1.3, 1), 1.3, 1);

        foreach (var (candidate, baseline) in new[]
        {
            (double.NaN, 1.0), (1, double.NaN), (double.PositiveInfinity, 1), (1, double.PositiveInfinity), (double.NegativeInfinity, 1), (-1, 1), (1, -1), (0, 1), (1, 0), (0, 0),
        })
        {
            var gap = GaugeTest.Advance(settings, state, candidate, baseline);
            var after = GaugeTest.Advance(settings, gap, 1.3, 1);

            Assert.Equal(GaugeTest.LogEvidence(settings, state), GaugeTest.LogEvidence(settings, gap));
            Assert.Equal((state.Readings, false), (gap.Readings, gap.HasPrevious));
            Assert.Equal(state.Steps, after.Steps);
            Assert.Same(gap, GaugeTest.Advance(settings, gap, candidate, baseline));
        }
    }

    [Fact]
    public void Advance_LargestAndSmallestMeans_GiveFiniteEvidence()
    {
        foreach (var settings in new[] { new GaugeTestSettings(readingsPerBlock: 1), new GaugeTestSettings(history: GaugeHistory.Of(0, 1e-6, 360)) })
        {
            foreach (var (candidate, baseline) in new[] { (double.MaxValue, double.Epsilon), (double.Epsilon, double.MaxValue) })
            {
                var state = GaugeTest.Start();
                for (var i = 0; i < 10; i++)
                {
                    state = GaugeTest.Advance(settings, state, candidate, baseline);
                    Assert.True(double.IsFinite(GaugeTest.LogEvidence(settings, state)));
                }

                Assert.All(state.ToNumbers(), number => Assert.True(double.IsFinite(number)));
            }
        }
    }

    [Fact]
    public void Ratio_Readings_IsTheirGeometricMean()
    {
        var settings = new GaugeTestSettings();

        Assert.Null(GaugeTest.Start().Ratio);
        Vector.Near(Math.Sqrt(6), GaugeTest.Advance(settings, GaugeTest.Advance(settings, GaugeTest.Start(), 2, 1), 9, 3).Ratio!.Value);
    }

    [Fact]
    public void FromNumbers_WrittenAsJsonAndRead_IsTheSameToTheBit() =>
        Gen.Select(Gen.Double[0.5, 2].Array[0, 50], Gen.Bool).Sample((ratios, known) =>
        {
            var settings = new GaugeTestSettings(history: known ? GaugeHistory.Of(0.3, 0.01, 360) : null, readingsPerBlock: 3);
            var state = ratios.Aggregate(GaugeTest.Start(), (current, ratio) => GaugeTest.Advance(settings, current, ratio, 1));

            var restored = GaugeTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(state.ToNumbers().ToArray()))!);

            Assert.Equal(state, restored);
            Assert.Equal(GaugeTest.Advance(settings, state, 1.1, 1), GaugeTest.Advance(settings, restored, 1.1, 1));
        });

    [Fact]
    public void FromNumbers_DamagedNumbers_AreRefused()
    {
        var numbers = GaugeTest.Start().ToNumbers().ToArray();

        Assert.Throws<ArgumentException>(() => GaugeTestState.FromNumbers(numbers[..^1]));
        Assert.Throws<ArgumentException>(() => GaugeTestState.FromNumbers([.. numbers, 0]));
        Assert.Throws<ArgumentException>(() => GaugeTestState.FromNumbers([2, .. numbers[1..]]));
        Assert.Throws<ArgumentException>(() => GaugeTestState.FromNumbers([.. numbers[..9], -1, numbers[10]]));
    }

    [Fact]
    public void LearnOrDefault_KnownProcess_IsFoundAndRaised()
    {
        var history = GaugeHistory.LearnOrDefault(Process(1, 10_000, 0.7))!;

        // 0.7 + 3.1 / 10000 + sqrt(0.51 / 10000); deviation 5 % of the level, 0.05^2 x 0.51 per surprise, raised by 30 %
        Assert.InRange(history.Correlation, 0.69, 0.73);
        Assert.InRange(history.Variance / (1.3 * 0.0025 * 0.51), 0.9, 1.1);
        Assert.Equal(10_000, history.Samples);
    }

    [Fact]
    public void LearnOrDefault_ByHand_MeetsTheFormulas()
    {
        double[] readings = [.. Enumerable.Range(0, 40).Select(i => i % 4 < 2 ? 0.1 : -0.1)];
        var correlation = 20.0 / 40 - 19.0 / 40;
        var raised = correlation + (1 + 3 * correlation) / 40 + Math.Sqrt((1 - correlation * correlation) / 40);

        var history = GaugeHistory.LearnOrDefault(readings, 30)!;

        Vector.Near(raised, history.Correlation, 1e-12);
        Vector.Near(1.3 * 0.01 * (20 * (1 - raised) * (1 - raised) + 19 * (1 + raised) * (1 + raised)) / 39, history.Variance, 1e-12);
    }

    [Fact]
    public void LearnOrDefault_OddReadings_AreDefined()
    {
        Assert.Null(GaugeHistory.LearnOrDefault(Process(1, 359, 0)));
        Assert.Null(GaugeHistory.LearnOrDefault(Enumerable.Repeat(double.NaN, 1000).ToArray()));

        // readings with a gap after each have no neighbours to learn from
        Assert.Null(GaugeHistory.LearnOrDefault([.. Process(1, 400, 0).SelectMany(reading => new[] { reading, double.NaN })]));
        Assert.Equal(1e-6, GaugeHistory.LearnOrDefault(new double[400])!.Variance);
        Assert.Equal(0.995, GaugeHistory.LearnOrDefault([.. Enumerable.Range(0, 400).Select(i => (double)i)])!.Correlation);
        Assert.Throws<ArgumentOutOfRangeException>(() => GaugeHistory.LearnOrDefault([], 29));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaugeHistory.Of(0.999, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaugeHistory.Of(0.5, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaugeHistory.Of(0.5, 1, 0));
    }

    [Fact]
    public void GaugeTestSettings_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaugeTestSettings(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaugeTestSettings(readingsPerBlock: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaugeTestSettings(expectedLogDifference: 0));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.97)]
    public void Advance_WithAnHourOfHistory_RarelyRollsBackTheSameVersion(double correlation)
    {
        // measured elsewhere with 1.3 inflation: 0 to 0.3 % at 1 %
        var alarms = Enumerable.Range(0, 600).Count(seed => ReadingsUntil(WithHistory(seed, correlation), seed, correlation, 0) <= Hour);

        Assert.InRange(alarms / 600.0, 0, 0.012);
    }

    [Theory]
    [InlineData(0.0, 30, 80)]
    [InlineData(0.5, 90, 180)]
    public void Advance_WithAnHourOfHistory_SeesTenPercentAsSoonAsMeasured(double correlation, double least, double most)
    {
        // medians measured elsewhere: 50 s and 130 s
        var readings = Enumerable.Range(0, 200).Select(seed => ReadingsUntil(WithHistory(seed, correlation), seed, correlation, 0.1)).Order().ToArray();

        Assert.InRange(10 * readings[100], least, most);
    }

    [Fact]
    public void Advance_WithoutHistory_RarelyWarnsOfTheSameVersionAndSeesTenPercent()
    {
        // measured elsewhere at a correlation of 0.9: 0.7 % at 1 %, and 2100 s for +10 %
        var settings = new GaugeTestSettings(1);

        var alarms = Enumerable.Range(0, 600).Count(seed => ReadingsUntil(settings, seed, 0.9, 0) <= Hour);
        var readings = Enumerable.Range(0, 100).Select(seed => ReadingsUntil(settings, seed, 0.9, 0.1)).Order().ToArray();

        Assert.InRange(alarms / 600.0, 0, 0.018);
        Assert.InRange(10 * readings[50], 1800, 2700);
    }

    private static GaugeTestSettings WithHistory(int seed, double correlation) => new(1, history: GaugeHistory.LearnOrDefault(Process(10_000 + seed, Hour, correlation)));

    private static double After(GaugeTestSettings settings, double[] ratios) =>
        GaugeTest.LogEvidence(settings, ratios.Aggregate(GaugeTest.Start(), (state, ratio) => GaugeTest.Advance(settings, state, ratio, 1)));

    private static double Unknown(IEnumerable<double> values) =>
        GaugeTest.LogEvidenceOfUnknownVariance(values.Count(), values.Sum(), values.Sum(value => value * value));

    private static int ReadingsUntil(GaugeTestSettings settings, int seed, double correlation, double shift)
    {
        var state = GaugeTest.Start();
        var readings = Process(seed, Hour, correlation);
        for (var i = 0; i < readings.Length; i++)
        {
            state = GaugeTest.Advance(settings, state, Math.Exp(readings[i] + shift), 1);
            if (Thresholds.IsReached(GaugeTest.LogEvidence(settings, state), 0.01))
            {
                return i + 1;
            }
        }

        return Hour + 1;
    }

    /// <summary>A stationary process with deviation 5 %.</summary>
    private static double[] Process(int seed, int length, double correlation)
    {
        var random = new Random(seed);
        var readings = new double[length];
        var value = Normal.Sample(random, 0, 0.05);
        for (var i = 0; i < length; i++)
        {
            readings[i] = value;
            value = correlation * value + Normal.Sample(random, 0, 0.05 * Math.Sqrt(1 - correlation * correlation));
        }

        return readings;
    }
}
