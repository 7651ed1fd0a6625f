using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class MannWhitneyTests
{
    [Fact]
    public void Shift_OddNumberOfDifferences_IsTheMiddleOne()
    {
        Assert.Equal(2, MannWhitney.Shift([1, 2, 9], [0]));
        Assert.Equal(3, MannWhitney.Shift([1, 2, 4, 9], [0]));
    }

    private sealed record WilcoxonVector(
        string Set, double[] X, double[] Y, string Alternative, string Method, double W, double P, double[]? Ci, double? Hl, double? ConfLevel, bool? Correct);

    private sealed record SciPyResult(string Alternative, string Method, bool? Continuity, double P);

    private sealed record SciPyVector(double[] X, double[] Y, double U, double HodgesLehmannMedianOfDifferences, double Cles, SciPyResult[] Results);

    private sealed record QuantileVector(double[] Data, double P, double Expected);

    [Fact]
    public void PValueAndInterval_Vectors_MeetR()
    {
        var vectors = Vector.Read<WilcoxonVector[]>("wilcoxon.json");

        Assert.Equal((32, 12), (vectors.Length, vectors.Count(vector => vector.Method == "exact")));
        foreach (var vector in vectors)
        {
            var name = $"{vector.Set} {vector.Alternative} {vector.Method}";
            var direction = Direction(vector.Alternative);
            Vector.Near(vector.W, MannWhitney.Pairs(vector.X, vector.Y), what: name);
            Vector.Near(vector.P, MannWhitney.PValue(vector.X, vector.Y, direction, vector.Method == "exact", vector.Correct ?? true), what: name);
            if (vector.Ci is { } ends)
            {
                var interval = MannWhitney.Interval(vector.X, vector.Y, 1 - vector.ConfLevel!.Value, direction);
                Assert.True(interval.IsExact);
                Vector.Near(Open(ends[0]), interval.Lower, what: name);
                Vector.Near(Open(ends[1]), interval.Upper, what: name);
                Vector.Near(vector.Hl!.Value, MannWhitney.Shift(vector.X, vector.Y), what: name);
            }
        }
    }

    [Fact]
    public void PValueAndShift_VectorsInAnyOrder_MeetSciPy()
    {
        var random = new Random(3);
        var vectors = Vector.Read<SciPyVector[]>("mann-whitney.json");

        Assert.Equal(4, vectors.Length);
        foreach (var vector in vectors)
        {
            random.Shuffle(vector.X);
            random.Shuffle(vector.Y);
            Vector.Near(vector.U, MannWhitney.Pairs(vector.X, vector.Y));
            Vector.Near(vector.Cles, MannWhitney.Pairs(vector.X, vector.Y) / (vector.X.Length * vector.Y.Length));
            Vector.Near(vector.HodgesLehmannMedianOfDifferences, MannWhitney.Shift(vector.X, vector.Y));
            Assert.All(vector.Results, result => Vector.Near(
                result.P,
                MannWhitney.PValue(vector.X, vector.Y, Direction(result.Alternative), result.Method == "exact", result.Continuity ?? true),
                what: result.ToString()));
        }
    }

    [Fact]
    public void SampleQuantile_Vectors_MeetNumPy()
    {
        var vectors = Vector.Read<QuantileVector[]>("quantile-r7.json");

        Assert.Equal(18, vectors.Length);
        Assert.All(vectors, vector => Vector.Near(vector.Expected, SampleQuantile.Of(vector.Data, vector.P / 100), what: vector.ToString()));
        Assert.Throws<ArgumentException>(() => SampleQuantile.Of([], 0.5));
        Assert.Throws<ArgumentException>(() => SampleQuantile.Of([1, double.NaN], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleQuantile.Of([1], 1.1));
    }

    [Fact]
    public void RankSumDistribution_SmallSamples_IsTheCountOfAllOrders() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5]).Sample((first, second) =>
        {
            // every way to deal first + second places to x
            var counts = new double[first * second + 1];
            for (var dealt = 0; dealt < 1 << (first + second); dealt++)
            {
                if (System.Numerics.BitOperations.PopCount((uint)dealt) == first)
                {
                    var places = Enumerable.Range(0, first + second).ToLookup(place => (dealt >> place & 1) == 1, place => place);
                    counts[places[true].Sum(x => places[false].Count(y => y < x))]++;
                }
            }

            var distribution = new RankSumDistribution(first, second);
            for (var pairs = 0; pairs < counts.Length; pairs++)
            {
                Vector.Near(counts.Take(pairs + 1).Sum() / counts.Sum(), distribution.AtMost(pairs), 1e-14);
                Vector.Near(counts.Skip(pairs).Sum() / counts.Sum(), distribution.AtLeast(pairs), 1e-14);
            }

            Assert.Equal(0, distribution.AtMost(-1));
        });

    [Fact]
    public void SortedDifferences_AnySamples_AreThoseOfASort() =>
        Gen.Select(Value.Array[1, 12], Value.Array[1, 12]).Sample((x, y) =>
        {
            Array.Sort(x);
            Array.Sort(y);
            var sorted = x.SelectMany(one => y.Select(other => one - other)).Order().ToArray();

            var differences = new SortedDifferences(x, y);

            Assert.Equal(sorted.Length, differences.Count);
            Assert.Equal(sorted, Enumerable.Range(1, sorted.Length).Select(place => differences[place]));
        });

    [Fact]
    public void Shift_ManyPoints_NeedsNoListOfAllPairs()
    {
        var random = new Random(1);
        var x = Enumerable.Range(0, 20_000).Select(_ => random.NextDouble() + 0.25).ToArray();
        var y = Enumerable.Range(0, 20_000).Select(_ => random.NextDouble()).ToArray();

        // 400 million differences
        var before = GC.GetAllocatedBytesForCurrentThread();
        var interval = MannWhitney.Interval(x, y, 0.01);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.InRange(MannWhitney.Shift(x, y), 0.24, 0.26);
        Assert.InRange(interval.Lower, 0.23, 0.25);
        Assert.InRange(interval.Upper, 0.25, 0.27);
        Assert.False(interval.IsExact);
    }

    [Fact]
    public void Interval_ExactAndApproximate_NearlyAgreeWhereTheyMeet()
    {
        var random = new Random(2);
        var x = Enumerable.Range(0, 50).Select(_ => random.NextDouble()).ToArray();
        var y = Enumerable.Range(0, 49).Select(_ => random.NextDouble()).ToArray();

        var exact = MannWhitney.Interval(x[..49], y, 0.02);
        var approximate = MannWhitney.Interval([.. x[..48], x[0]], y, 0.02);

        Assert.True(exact.IsExact);
        Assert.False(MannWhitney.Interval(x, y, 0.02).IsExact);
        Assert.False(approximate.IsExact);
        Assert.Equal(exact.Lower, approximate.Lower, 0.02);
        Assert.Equal(exact.Upper, approximate.Upper, 0.02);
    }

    [Fact]
    public void Interval_TooFewPoints_IsOpen()
    {
        Assert.Equal(new(double.NegativeInfinity, double.PositiveInfinity, true), MannWhitney.Interval([1], [2], 0.05));
        Assert.Equal(double.NegativeInfinity, MannWhitney.Interval([1, 2, 3], [4, 5, 6], 0.02).Lower);
        Assert.True(double.IsFinite(MannWhitney.Interval([1, 2, 3, 9], [4, 5, 6, 7], 0.04).Lower));
    }

    [Fact]
    public void PValue_AllValuesTheSame_IsOne()
    {
        Assert.Equal(1, MannWhitney.PValue([5, 5], [5, 5, 5]));
        Assert.Equal(1, MannWhitney.PValue([5], [5], SeriesDirection.Higher));
        Assert.Equal(0, MannWhitney.Shift([5, 5], [5, 5, 5]));
    }

    [Fact]
    public void MannWhitney_NoNumbers_AreRefused()
    {
        foreach (var wrong in new double[][] { [], [1, double.NaN], [double.PositiveInfinity], [double.NegativeInfinity, 1] })
        {
            Assert.Throws<ArgumentException>(() => MannWhitney.Pairs(wrong, [1]));
            Assert.Throws<ArgumentException>(() => MannWhitney.PValue([1], wrong));
            Assert.Throws<ArgumentException>(() => MannWhitney.Shift(wrong, [1]));
            Assert.Throws<ArgumentException>(() => MannWhitney.Interval([1], wrong, 0.1));
        }

        Assert.Throws<ArgumentException>(() => MannWhitney.PValue([1, 2], [2, 3], exact: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => MannWhitney.Interval([1], [2], 0));
    }

    // few values, so that ties are frequent, and some extremes
    private static Gen<double> Value => Gen.OneOf(Gen.Int[-3, 3].Select(value => (double)value), Gen.Double[-1, 1], Gen.Int[0, 4].Select(i => new[] { 0.0, -0.0, 1e300, -1e300, double.Epsilon }[i]));

    private static double Open(double end) => Math.Abs(end) >= 1e308 ? double.PositiveInfinity * Math.Sign(end) : end;

    private static SeriesDirection Direction(string alternative) => alternative switch
    {
        "greater" => SeriesDirection.Higher,
        "less" => SeriesDirection.Lower,
        _ => SeriesDirection.Either,
    };
}
