using System.Text.Json.Serialization;
using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class HistogramsTests
{
    private sealed record QuantileVector(double[] Bounds, double[] Cumulative, double Q, [property: JsonConverter(typeof(InfinityConverter))] double Expected, double Tol);

    private sealed class InfinityConverter : JsonConverter<double>
    {
        public override double Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) =>
            reader.TokenType == System.Text.Json.JsonTokenType.Number
                ? reader.GetDouble()
                : reader.GetString() == "+Inf" ? double.PositiveInfinity : double.NegativeInfinity;

        public override void Write(System.Text.Json.Utf8JsonWriter writer, double value, System.Text.Json.JsonSerializerOptions options) =>
            writer.WriteNumberValue(value);
    }

    [Fact]
    public void Quantile_Vectors_MeetPrometheus()
    {
        var vectors = Vector.Read<QuantileVector[]>("histogram-quantile.json");

        Assert.Equal(21, vectors.Length);
        Assert.All(vectors, vector => Vector.Near(vector.Expected, Histograms.Quantile(vector.Bounds, vector.Cumulative, vector.Q), vector.Tol, vector.ToString()));
    }

    [Fact]
    public void Quantile_OddInput_IsDefined()
    {
        Assert.Equal(double.NaN, Histograms.Quantile([1], [0, 0], 0.5));
        Assert.Equal(double.NaN, Histograms.Quantile([1], [1, 2], double.NaN));
        Assert.Equal(double.NegativeInfinity, Histograms.Quantile([1], [1, 2], -0.1));
        Assert.Equal(1, Histograms.Quantile([1], [0, 2], 0.5));
        Assert.Throws<ArgumentException>(() => Histograms.Quantile([], [1], 0.5));
        Assert.Throws<ArgumentException>(() => Histograms.Quantile([1, 1], [1, 2, 3], 0.5));
        Assert.Throws<ArgumentException>(() => Histograms.Quantile([1, 2], [1, 2], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Histograms.Quantile([double.NaN], [1, 2], 0.5));
    }

    [Fact]
    public void BucketCounts_CountsOutOfOrder_AreRepairedAndNotNegative()
    {
        Assert.Equal([5, 9, 9, 12], Histograms.RepairMonotone([5, 9, 8, 12]));
        Assert.Equal([5, 4, 0, 3], Histograms.BucketCounts([5, 9, 8, 12]));
        Assert.Equal([5, 9, 9, 12], Histograms.Cumulative([5, 4, 0, 3]));
        Assert.Empty(Histograms.BucketCounts([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Histograms.BucketCounts([1, -2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Histograms.BucketCounts([double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Histograms.Cumulative([double.PositiveInfinity]));
    }

    [Fact]
    public void HistogramBlock_Exceedances_CountRequestsAboveTheBound()
    {
        var block = new HistogramBlock([10, 20], [5, 3, 2], [50, 30, 20]);

        Assert.Equal(new CountBlock(10, 100, 5, 50), block.Exceedances(0));
        Assert.Equal(new CountBlock(10, 100, 2, 20), block.Exceedances(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Exceedances(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Exceedances(-1));
    }

    [Fact]
    public void HistogramBlock_WrongInput_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new HistogramBlock([], [1], [1]));
        Assert.Throws<ArgumentException>(() => new HistogramBlock([2, 1], [1, 1, 1], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new HistogramBlock([1, 2], [1, 1], [1, 1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HistogramBlock([0], [1, 1], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HistogramBlock([double.PositiveInfinity], [1, 1], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HistogramBlock([1], [1, double.NaN], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HistogramBlock([1], [1, 1], [-1, 1]));
    }

    [Fact]
    public void Plus_PodsInAnyOrder_IsThePool() =>
        Gen.Int[0, 1_000_000].Array[6].Array[1, 8].Sample(pods =>
        {
            var blocks = pods.Select(Pod).ToArray();
            var pooled = new HistogramBlock([1, 2], NumberList.From(Sums(pods, 0)), NumberList.From(Sums(pods, 3)));

            Assert.Equal(pooled, blocks.Aggregate((sum, pod) => sum.Plus(pod)));
            Assert.Equal(pooled, blocks.Reverse().Aggregate((sum, pod) => pod.Plus(sum)));
        });

    [Fact]
    public void Plus_OtherBoundsOrTooMuch_IsRefused()
    {
        var block = new HistogramBlock([1], [9007199254740992, 0], [1, 1]);

        Assert.Throws<ArgumentException>(() => block.Plus(new([2], [1, 1], [1, 1])));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Plus(new([1], [2, 0], [1, 1])));
    }

    [Fact]
    public void CreateOrDefault_NumbersThatAreNoHistogram_GiveNone()
    {
        Assert.Equal(new HistogramBlock([1, 2], [1, 2, 3], [4, 5, 6]), HistogramBlock.CreateOrDefault([1, 2], [1, 2, 3], [4, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([], [1], [1]));
        Assert.Null(HistogramBlock.CreateOrDefault([2, 1], [1, 2, 3], [4, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([0, 1], [1, 2, 3], [4, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([double.NaN, 1], [1, 2, 3], [4, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([1, double.PositiveInfinity], [1, 2, 3], [4, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([1, 2], [1, 2], [4, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([1, 2], [1, 2, -3], [4, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([1, 2], [1, 2, 3], [double.NaN, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([1, 2], [1, 2, 3], [double.PositiveInfinity, 5, 6]));
        Assert.Null(HistogramBlock.CreateOrDefault([1, 2], [9007199254740992, 2, 0], [4, 5, 6]));
    }

    private static HistogramBlock Pod(int[] counts) =>
        new([1, 2], [.. counts[..3].Select(count => (double)count)], [.. counts[3..].Select(count => (double)count)]);

    private static IEnumerable<double> Sums(int[][] pods, int first) => Enumerable.Range(first, 3).Select(i => pods.Sum(pod => (double)pod[i]));
}
