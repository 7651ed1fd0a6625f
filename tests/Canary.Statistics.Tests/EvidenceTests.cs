namespace Canary.Statistics.Tests;

public sealed class EvidenceTests
{
    private sealed record Average(double[] Weights, double[] LogE, double Expected);

    private sealed record Bound(double Pb, double Pc, double Rps, double W, double Alpha, double NatsPerRequest, double Seconds, double SecondsKnownBaseline);

    [Fact]
    public void WeightedAverage_Vector_IsMet()
    {
        var vector = Vector.Read<Average>("weighted-average.json");

        Vector.Near(vector.Expected, EvidenceCombination.WeightedAverage(vector.Weights, vector.LogE));
    }

    [Fact]
    public void WeightedAverage_InfiniteEvidence_IsDefined()
    {
        Assert.Equal(double.PositiveInfinity, EvidenceCombination.WeightedAverage([0.5, 0.5], [double.PositiveInfinity, double.NegativeInfinity]));
        Assert.Equal(double.NegativeInfinity, EvidenceCombination.WeightedAverage([1], [double.NegativeInfinity]));
        Vector.Near(3, EvidenceCombination.WeightedAverage([0, 1], [double.PositiveInfinity, 3]));
        Vector.Near(800 + Math.Log(0.4), EvidenceCombination.WeightedAverage([0.4, 0.6], [800, -800]));
    }

    [Fact]
    public void WeightedAverage_OneMetricAtItsShare_ReachesTheThreshold()
    {
        var alone = Thresholds.LogThreshold(0.01, 0.4) + 1e-9;

        Assert.True(Thresholds.IsReached(EvidenceCombination.WeightedAverage([0.4, 0.3, 0.3], [alone, -50, -50]), 0.01));
        Assert.False(Thresholds.IsReached(EvidenceCombination.WeightedAverage([0.4, 0.3, 0.3], [alone - 0.01, -50, -50]), 0.01));
    }

    [Fact]
    public void WeightedAverage_WrongInput_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => EvidenceCombination.WeightedAverage([], []));
        Assert.Throws<ArgumentException>(() => EvidenceCombination.WeightedAverage([1], [0, 0]));
        Assert.Throws<ArgumentException>(() => EvidenceCombination.WeightedAverage([0.5, 0.4], [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => EvidenceCombination.WeightedAverage([1.5, -0.5], [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => EvidenceCombination.WeightedAverage([1], [double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Thresholds.IsReached(double.NaN, 0.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => Thresholds.LogThreshold(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Thresholds.LogThreshold(0.01, 0));
    }

    [Fact]
    public void Weakest_SeveralClaims_IsTheSmallest()
    {
        Assert.Equal(-1, EvidenceCombination.Weakest([2, -1, 5]));
        Assert.Throws<ArgumentException>(() => EvidenceCombination.Weakest([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => EvidenceCombination.Weakest([1, double.NaN]));
    }

    [Fact]
    public void Compute_Vectors_MeetInformationBound()
    {
        var vectors = Vector.Read<Bound[]>("lower-bound.json");

        Assert.Equal(2, vectors.Length);
        foreach (var vector in vectors)
        {
            var bound = InformationBound.Compute(vector.Pb, vector.Pc, vector.Rps, vector.W, vector.Alpha);
            Assert.Equal(1.0, bound.NatsPerRequest / vector.NatsPerRequest, 1e-9);
            Vector.Near(vector.Seconds, bound.Seconds);
            Vector.Near(vector.SecondsKnownBaseline, bound.SecondsKnownBaseline);
        }
    }

    // seconds, computed elsewhere
    [Theory]
    [InlineData(0.001, 0.002, 1000, 1.1, 0, 179)]
    [InlineData(0.001, 0.002, 1000, 1.25, 0, 282)]
    [InlineData(0.001, 0.002, 1000, 1.1, 0.0005, 1084)]
    [InlineData(0.001, 0.002, 1000, 1.5, 0, 722)]
    [InlineData(0.01, 0.015, 1000, 1.1, 0.001, 147)]
    [InlineData(0.01, 0.02, 100, 1.25, 0, 278)]
    [InlineData(0.005, 0.05, 100, 1.1, 0.001, 9.7)]
    public void Compute_WithMargin_MeetsInformationBound(double baseline, double candidate, double rate, double ratio, double difference, double seconds) =>
        Assert.Equal(1, InformationBound.Compute(baseline, candidate, rate, 0.1, 0.01, ratio, difference).Seconds / seconds, 0.006);

    [Fact]
    public void Compute_WithinTheMargin_NeverEnds()
    {
        Assert.Equal(new(0, double.PositiveInfinity, double.PositiveInfinity), InformationBound.Compute(0.01, 0.011, 100, 0.1, 0.01, 1.1));
        Assert.Equal(new(0, double.PositiveInfinity, double.PositiveInfinity), InformationBound.Compute(0.01, 0.002, 100, 0.1, 0.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationBound.Compute(0.01, 0.02, 100, 0.1, 0.01, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationBound.Compute(0.01, 0.02, 100, 0.1, 0.01, 1, 1));
    }

    [Fact]
    public void Compute_EqualRatios_NeverEnds() =>
        Assert.Equal(double.PositiveInfinity, InformationBound.Compute(0.01, 0.01, 100, 0.1, 0.01).Seconds);

    [Theory]
    [InlineData(1e-20)]
    [InlineData(-1e-20)]
    [InlineData(1e-9)]
    [InlineData(-1e-9)]
    public void LogOnePlus_NearZero_KeepsAllDigits(double x) => Assert.Equal(1.0, LogSpace.LogOnePlus(x) / (x - x * x / 2), 1e-15);

    [Fact]
    public void LogOnePlus_Elsewhere_IsTheLogarithm()
    {
        Assert.Equal(Math.Log(3.5), LogSpace.LogOnePlus(2.5), 1e-15);
        Assert.Equal(double.NegativeInfinity, LogSpace.LogOnePlus(-1));
        Assert.Equal(double.PositiveInfinity, LogSpace.LogOnePlus(double.PositiveInfinity));
        Assert.Equal(750, LogSpace.SoftPlus(750));
        Assert.Equal(Math.Exp(-700), LogSpace.SoftPlus(-700));
    }
}
