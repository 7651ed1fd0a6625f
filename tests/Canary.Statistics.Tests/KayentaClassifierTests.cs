using CsCheck;

namespace Canary.Statistics.Tests;

/// <summary>Cases of Kayenta's own tests and issues, and the rules of its judge one by one.</summary>
public sealed class KayentaClassifierTests
{
    private sealed record IntervalVector(double[] X, double[] Y, double ConfLevel, double CiLow, double CiHigh, double Estimate, double Tol);

    private sealed record SeriesVector(double[] Low, double[] AlsoLow, double[] High);

    private static readonly KayentaMetric Metric = new() { Name = "latency" };

    private static readonly double[] Ones = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    [Fact]
    public void Compute_Vectors_MeetKayentaInAnyOrder()
    {
        var random = new Random(7);
        var vectors = Vector.Read<IntervalVector[]>("kayenta-interval.json");

        Assert.Equal(6, vectors.Length);
        foreach (var vector in vectors)
        {
            random.Shuffle(vector.X);
            random.Shuffle(vector.Y);
            var interval = KayentaInterval.Compute(vector.X, vector.Y, vector.ConfLevel)!.Value;

            Vector.Near(vector.CiLow, interval.Lower, vector.Tol);
            Vector.Near(vector.CiHigh, interval.Upper, vector.Tol);
            Vector.Near(vector.Estimate, interval.Estimate, vector.Tol);
        }
    }

    [Fact]
    public void Compute_OddInput_IsDefined()
    {
        Assert.Null(KayentaInterval.Compute([1, 1], [1, 1, 1], 0.98));
        Assert.Throws<ArgumentException>(() => KayentaInterval.Compute([], [1], 0.98));
        Assert.Throws<ArgumentException>(() => KayentaInterval.Compute([1], [double.NaN], 0.98));
        Assert.Throws<ArgumentException>(() => KayentaInterval.Compute([double.PositiveInfinity], [1], 0.98));
        Assert.Throws<ArgumentOutOfRangeException>(() => KayentaInterval.Compute([1], [2], 1));
    }

    [Theory]
    [InlineData("low", "alsoLow", SeriesDirection.Either, KayentaClassification.Pass)]
    [InlineData("high", "alsoLow", SeriesDirection.Either, KayentaClassification.High)]
    [InlineData("low", "high", SeriesDirection.Either, KayentaClassification.Low)]
    [InlineData("low", "high", SeriesDirection.Higher, KayentaClassification.Pass)]
    [InlineData("high", "alsoLow", SeriesDirection.Lower, KayentaClassification.Pass)]
    [InlineData("high", "alsoLow", SeriesDirection.Higher, KayentaClassification.High)]
    [InlineData("low", "high", SeriesDirection.Lower, KayentaClassification.Low)]
    public void Classify_SeriesOfKayentasTests_MeetsThem(string candidate, string baseline, SeriesDirection direction, KayentaClassification expected)
    {
        var vector = Vector.Read<SeriesVector>("kayenta-classifier.json");
        double[] Named(string name) => name switch { "low" => vector.Low, "high" => vector.High, _ => vector.AlsoLow };

        // the tests use a tolerance of 0.1 and 95 %; the judge's own must agree on cases so clear
        Assert.Equal(expected, KayentaClassifier.Classify(Metric with { Direction = direction }, Named(baseline), Named(candidate), 0.1, 0.95).Classification);
        Assert.Equal(expected, KayentaClassifier.Classify(Metric with { Direction = direction }, Named(baseline), Named(candidate)).Classification);
    }

    [Theory]
    [InlineData(new[] { 1.0, 1, 1 }, new[] { 1.0, 1 }, KayentaClassification.Pass)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5 }, new[] { 5.0, 4, 3, 2, 1 }, KayentaClassification.Pass)]
    [InlineData(new[] { 0.0, 1, 1, 1, 1 }, new[] { 1.0, 1, 1, 1, 1 }, KayentaClassification.Pass)]
    [InlineData(new double[0], new[] { 1.0, 2, 3, 4, 5 }, KayentaClassification.Nodata)]
    public void Classify_SmallSeriesOfKayentasTests_MeetsThem(double[] candidate, double[] baseline, KayentaClassification expected) =>
        Assert.Equal(expected, KayentaClassifier.Classify(Metric with { Direction = SeriesDirection.Lower }, baseline, candidate, 0.1, 0.95).Classification);

    [Fact]
    public void Classify_SevenOfTenPointsHigher_PassesAndEightDoNot()
    {
        // spinnaker/spinnaker#6278, with the reporter's debug output
        var metric = Metric with { AllowedIncrease = 1.05, CriticalIncrease = 1.1 };
        var seven = KayentaClassifier.Classify(metric, Ones, [100, 100, 100, 100, 100, 100, 100, 1, 1, 1]);
        var eight = KayentaClassifier.Classify(metric, Ones, [100, 100, 100, 100, 100, 100, 100, 100, 1, 1]);

        Assert.Equal(KayentaClassification.Pass, seven.Classification);
        Vector.Near(6.825022991538781E-5, seven.Comparison!.Value.Lower, 1e-15);
        Vector.Near(99.0, seven.Comparison!.Value.Upper, 1e-12);
        Vector.Near(98.99992904170193, seven.Comparison!.Value.Estimate, 1e-12);
        Vector.Near(70.3, seven.Deviation, 1e-12);
        Assert.Equal(KayentaClassification.High, eight.Classification);

        // the mirror image, by the effect that has no sign
        var mirrored = Metric with { EffectMeasure = KayentaEffectMeasure.CommonLanguage };
        double[] minusOnes = [.. Ones.Select(one => -one)];
        Assert.Equal(KayentaClassification.Pass, Classify(mirrored, [-100, -100, -100, -100, -100, -100, -100, -1, -1, -1], minusOnes));
        Assert.Equal(KayentaClassification.Low, Classify(mirrored, [-100, -100, -100, -100, -100, -100, -100, -100, -1, -1], minusOnes));
    }

    [Fact]
    public void Classify_SparseErrors_Passes() =>
        // spinnaker/kayenta#426
        Assert.Equal(KayentaClassification.Pass, Classify(Metric, [0, 1, 2, 1, 0, 0], [0, 0, 0, 0, 0, 0]));

    [Fact]
    public void Classify_OtherSpreadAtTheSameMiddle_Passes() =>
        // spinnaker/kayenta#780, case 1
        Assert.Equal(KayentaClassification.Pass, Classify(
            Metric,
            [10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 17, 17.1, 17.2, 17.3, 17.4, 17.5, 17.6, 17.7],
            [1, 100, 4, 101, 5, 102, 6, 103, 7, 104, 8, 105, 9, 106, 17]));

    [Fact]
    public void Classify_SameSeriesInASmallerUnit_LosesItsVerdict()
    {
        // the solver's tolerance of 0.0001 is absolute; MannWhitney.Interval has none
        double[] high = [2, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9];
        double[] low = [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9];

        Assert.Equal(KayentaClassification.High, Classify(Metric, high, low));
        Assert.Equal(KayentaClassification.Pass, Classify(Metric, [.. high.Select(value => value * 1e-6)], [.. low.Select(value => value * 1e-6)]));
        Assert.Equal(SeriesOutcome.Higher, SeriesTest.Judge(new(1), [.. high.Select(value => value * 1e-6)], [.. low.Select(value => value * 1e-6)]).Outcome);
    }

    [Fact]
    public void Classify_MissingPoints_AreRemovedOrReplaced()
    {
        double[] baseline = [double.NaN, 4, 5, 6, 5, 4, 5];
        double[] candidate = [5, 4, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN];

        Assert.Equal(KayentaClassification.Pass, Classify(Metric, candidate, baseline));
        Assert.Equal(KayentaClassification.Low, Classify(Metric with { ReplacesMissing = true }, candidate, [4, 5, 6, 5, 4, 5, 5, 5, 5, 5]));
    }

    [Theory]
    [InlineData(false, false, false, KayentaClassification.Nodata, false)]
    [InlineData(false, false, true, KayentaClassification.Nodata, true)]
    [InlineData(false, true, false, KayentaClassification.NodataFailMetric, false)]
    [InlineData(false, true, true, KayentaClassification.Nodata, true)]
    [InlineData(true, true, true, KayentaClassification.Pass, false)]
    public void Classify_WithoutData_DependsOnWhatIsAsked(bool replaces, bool mustHave, bool critical, KayentaClassification expected, bool expectedCritical)
    {
        var metric = Metric with { ReplacesMissing = replaces, MustHaveData = mustHave, IsCritical = critical };

        foreach (var (candidate, baseline) in new (double[], double[])[] { ([], [1, 2]), ([1, 2], []), ([], []) })
        {
            var result = KayentaClassifier.Classify(metric, baseline, candidate);
            Assert.Equal((expected, expectedCritical), (result.Classification, result.IsCritical));
        }
    }

    [Fact]
    public void Classify_Outliers_AreKeptUnlessAskedToRemove()
    {
        // quartiles 2 and 4: beyond 10 is an outlier, but P99 lies between the two largest
        double[] baseline = [.. Enumerable.Repeat(new[] { 1.0, 2, 3, 4, 5 }, 40).SelectMany(value => value), 1000];
        var removed = KayentaClassifier.Classify(Metric with { RemovesOutliers = true }, baseline, [1, 2, 3, 4, 5]);
        var kept = KayentaClassifier.Classify(Metric, baseline, [1, 2, 3, 4, 5]);

        Vector.Near(1, removed.Deviation);
        Vector.Near(3 / ((600 + 1000) / 201.0), kept.Deviation);

        // one of five is above P99, and all the same within the fence of the quartiles
        Vector.Near(2, KayentaClassifier.Classify(Metric with { RemovesOutliers = true }, [1, 2, 3], [2, 4, 6]).Deviation);
    }

    [Fact]
    public void Classify_ConstantSeries_GetNoiseThatIsAlwaysTheSame()
    {
        var higher = KayentaClassifier.Classify(Metric, Ones, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);

        Assert.Equal(KayentaClassification.High, higher.Classification);
        Assert.Equal(higher, KayentaClassifier.Classify(Metric, Ones, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]));
        Assert.NotEqual(2, higher.Deviation);
        Vector.Near(2, higher.Deviation, 1e-4);

        // 0 has no noise
        Assert.Equal(KayentaClassification.High, Classify(Metric, Ones, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void KayentaNoise_ManyValues_LooksNormal()
    {
        var noise = new KayentaNoise([1], [2]).AddTo([.. Enumerable.Repeat(1.0, 20_000)], 1).Select(value => value - 1).ToArray();

        Assert.InRange(noise.Average(), -0.03, 0.03);
        Assert.InRange(noise.Average(value => value * value), 0.96, 1.04);
        Assert.InRange(noise.Count(value => value > 1.645) / 20_000.0, 0.045, 0.055);
        Assert.NotEqual(noise[0], new KayentaNoise([1], [3]).AddTo([1], 1)[0] - 1);
    }

    [Fact]
    public void Classify_EffectBelowWhatIsAllowed_Passes()
    {
        double[] high = [12, 12.1, 12.2, 12.3, 12.4, 12.5, 12.6, 12.7, 12.8, 12.9];
        double[] low = [10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7, 10.8, 10.9];

        Assert.Equal(KayentaClassification.High, Classify(Metric with { AllowedIncrease = 1.15 }, high, low));
        Assert.Equal(KayentaClassification.Pass, Classify(Metric with { AllowedIncrease = 1.25 }, high, low));
        Assert.Equal(KayentaClassification.Low, Classify(Metric with { AllowedDecrease = 0.9 }, low, high));
        Assert.Equal(KayentaClassification.Pass, Classify(Metric with { AllowedDecrease = 0.8 }, low, high));
        Assert.Equal(KayentaClassification.High, Classify(Metric with { EffectMeasure = KayentaEffectMeasure.CommonLanguage, AllowedIncrease = 1 }, high, low));
        Assert.Equal(KayentaClassification.Low, Classify(Metric with { EffectMeasure = KayentaEffectMeasure.CommonLanguage, AllowedDecrease = 0 }, low, high));

        // a mean of 0 has no ratio, and then any effect is large enough
        Assert.Equal(KayentaClassification.High, Classify(Metric with { AllowedIncrease = 1e9 }, high, [-3, 3, -1, 1, -2, 2, 0, 0, -0.5, 0.5]));
    }

    [Fact]
    public void Classify_CriticalMetric_IsCriticalFromItsOwnEffectOn()
    {
        double[] high = [12, 12.1, 12.2, 12.3, 12.4, 12.5, 12.6, 12.7, 12.8, 12.9];
        double[] low = [10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7, 10.8, 10.9];
        var critical = Metric with { IsCritical = true };

        Assert.True(KayentaClassifier.Classify(critical, low, high).IsCritical);
        Assert.False(KayentaClassifier.Classify(critical with { CriticalIncrease = 1.3 }, low, high).IsCritical);
        Assert.True(KayentaClassifier.Classify(critical, high, low).IsCritical);
        Assert.False(KayentaClassifier.Classify(critical with { CriticalDecrease = 0.7 }, high, low).IsCritical);
        Assert.False(KayentaClassifier.Classify(critical, low, low).IsCritical);
    }

    [Fact]
    public void Classify_AnyNumbers_NeverThrows() =>
        Gen.Select(Odd.Array[0, 12], Odd.Array[0, 12], Gen.Bool, Gen.Bool).Sample((candidate, baseline, replaces, outliers) =>
        {
            var metric = Metric with { ReplacesMissing = replaces, RemovesOutliers = outliers };

            var result = KayentaClassifier.Classify(metric, baseline, candidate);

            Assert.Equal(result, KayentaClassifier.Classify(metric, baseline, candidate));
        });

    [Fact]
    public void Classify_InfinitePoints_IsAnError() =>
        Assert.Equal(KayentaClassification.Error, Classify(Metric, [1, 2, double.PositiveInfinity], [1, 2, 3]));

    private static Gen<double> Odd =>
        Gen.OneOf(Gen.Int[0, 3].Select(value => (double)value), Gen.Double[-1, 1], Gen.Int[0, 6].Select(i => new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1e300, -1e300 }[i]));

    private static KayentaClassification Classify(KayentaMetric metric, double[] candidate, double[] baseline) =>
        KayentaClassifier.Classify(metric, baseline, candidate).Classification;
}
