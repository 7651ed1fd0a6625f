using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class NativeHistogramTests
{
    [Fact]
    public void Quantile_ObservationsInTheZeroBucket_CountBelowTheOthers()
    {
        // one of ten around zero, nine in (1, 2]: rank 3 of 10 is two ninths into the bucket, on a logarithmic scale
        var histogram = new NativeHistogram(0, 0, 1, [new(1, 9)]);

        Vector.Near(Math.Pow(2, 2 / 9.0), histogram.Quantile(0.3));
    }

    [Fact]
    public void Layout_CoarserThanTheCoarsest_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => NativeLayout.Of(-5, 0, 0));

    private static readonly Gen<NativeHistogram> Histograms = Gen.Select(Gen.Int[-4, 8], Gen.Int[-40, 40], Gen.Int[0, 9].Array[0, 40], Gen.Int[0, 3], (schema, first, counts, zero) =>
        new NativeHistogram(schema, 1e-9, zero, counts.Select((count, i) => new NativeBucket(first + i, count))));

    [Theory]
    [InlineData(1.001, double.PositiveInfinity)]
    [InlineData(1, 16)]
    [InlineData(0.99, 15.67072476139083)]
    [InlineData(0.9, 12.99603834169977)]
    [InlineData(0.6, 4.594793419988138)]
    [InlineData(0.5, 1.5874010519681994)]
    [InlineData(0.1, 0.0006)]
    [InlineData(0, 0)]
    [InlineData(-1, double.NegativeInfinity)]
    [InlineData(double.NaN, double.NaN)]
    public void Quantile_PrometheusTest_MeetsItsExpectation(double probability, double expected)
    {
        // "histogram_quantile_1" of Prometheus' promqltest/testdata/native_histograms.test
        var histogram = NativeHistogram.FromSpans(0, 0.001, 2, [new(0, 5)], [2, 3, 0, 1, 4]);

        Vector.Near(expected, histogram.Quantile(probability), 1e-12);
    }

    [Fact]
    public void Quantile_FewBuckets_MeetsPrometheus()
    {
        Vector.Near(Math.Sqrt(2), NativeHistogram.FromSpans(0, 0, 0, [new(0, 3)], [1, 2, 1]).Quantile(0.5), 1e-12);
        Assert.Equal(0, new NativeHistogram(0, 0.5, 1, []).Quantile(0.5));
        Assert.Equal(double.NaN, new NativeHistogram(0, 0, 0, []).Quantile(0.5));
    }

    [Fact]
    public void FromSpans_SparseBuckets_HaveTheirIndices()
    {
        var histogram = NativeHistogram.FromSpans(3, 0, 0, [new(-2, 2), new(3, 1), new(0, 1)], NativeHistogram.AbsoluteCounts([1, 1, 5, -4]));

        Assert.Equal([new(-2, 1), new(-1, 2), new(3, 7), new(4, 3)], histogram.Buckets);
        Assert.Throws<ArgumentException>(() => NativeHistogram.FromSpans(0, 0, 0, [new(0, 2)], [1]));
        Assert.Throws<ArgumentException>(() => NativeHistogram.FromSpans(0, 0, 0, [new(0, 1)], [1, 2]));
        Assert.Throws<ArgumentException>(() => NativeHistogram.FromSpans(0, 0, 0, [new(0, 1), new(-1, 1)], [1, 2]));
        Assert.Throws<ArgumentException>(() => NativeHistogram.FromSpans(0, 0, 0, [new(0, -1)], []));
    }

    [Fact]
    public void UpperBound_EverySchema_IsAPowerOfItsBase()
    {
        Assert.Equal([0.5, 1, 2, 4], Enumerable.Range(-1, 4).Select(index => NativeHistogram.UpperBound(0, index)));
        Assert.Equal(65536, NativeHistogram.UpperBound(-4, 1));
        Vector.Near(1.0027112750502025, NativeHistogram.UpperBound(8, 1), 1e-15);
        Assert.Equal(NativeHistogram.UpperBound(1, 7), NativeHistogram.UpperBound(8, 7 * 128));
        Assert.Equal(double.PositiveInfinity, NativeHistogram.UpperBound(0, 5000));
        Assert.Equal(0, NativeHistogram.UpperBound(0, -5000));
    }

    [Fact]
    public void DownScale_AnyHistogram_KeepsWhatIsBelowEveryBoundThatStays() =>
        Gen.Select(Histograms, Gen.Int[0, 12]).Sample((histogram, steps) =>
        {
            var schema = Math.Max(-4, histogram.Schema - steps);

            var coarse = histogram.DownScale(schema);

            Assert.Equal(schema, coarse.Schema);
            Assert.Equal(histogram.Count, coarse.Count);
            foreach (var bucket in coarse.Buckets)
            {
                Assert.Equal(Below(histogram, NativeHistogram.UpperBound(schema, bucket.Index)), Below(coarse, NativeHistogram.UpperBound(schema, bucket.Index)));
            }
        });

    [Fact]
    public void DownScale_ToAFinerSchema_IsRefused()
    {
        var histogram = new NativeHistogram(2, 0, 0, [new(1, 1)]);

        Assert.Same(histogram, histogram.DownScale(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.DownScale(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.DownScale(-5));
    }

    [Fact]
    public void Plus_PodsOfDifferentSchemas_IsThePoolInAnyOrder() =>
        Histograms.Array[1, 5].Sample(pods =>
        {
            var forth = pods.Aggregate((sum, pod) => sum.Plus(pod));
            var back = pods.Reverse().Aggregate((sum, pod) => sum.Plus(pod));

            Assert.Equal(forth, back);
            Assert.Equal(pods.Sum(pod => pod.Count), forth.Count);
            Assert.Equal(pods.Min(pod => pod.Schema), forth.Schema);
        });

    [Fact]
    public void Plus_WiderZeroBucket_SwallowsWhatItReaches()
    {
        // 0.3 lies within (0.25, 0.5]: the zero bucket of the sum ends at 0.5
        var sum = new NativeHistogram(0, 0.3, 2, [new(3, 1)]).Plus(new(0, 0.001, 1, [new(-1, 5), new(0, 7)]));

        Assert.Equal((0.5, 8.0), (sum.ZeroThreshold, sum.ZeroCount));
        Assert.Equal([new(0, 7), new(3, 1)], sum.Buckets);
    }

    [Fact]
    public void Since_EarlierReading_IsWhatCameBetween() =>
        Gen.Select(Histograms, Histograms).Sample((earlier, more) =>
        {
            var now = earlier.Plus(more);

            var between = now.Since(earlier);

            Assert.Equal(more.Count, between.Count);
            Assert.Equal(now, between.Plus(earlier));
        });

    [Fact]
    public void Since_SeriesBeganAnew_IsAllOfIt()
    {
        var now = new NativeHistogram(2, 0, 0, [new(4, 5)]);

        Assert.Same(now, now.Since(new(2, 0, 0, [new(4, 6)])));
        Assert.Same(now, now.Since(new(2, 0, 0, [new(7, 1)])));
        Assert.Same(now, now.Since(new(2, 0, 1, [])));
    }

    [Fact]
    public void CoverOrDefault_TwoArms_HaveOneLayoutThatCountsAll() =>
        Gen.Select(Histograms, Histograms, Gen.Int[8, 60]).Sample((baseline, candidate, most) =>
        {
            var layout = NativeLayout.CoverOrDefault([baseline, candidate], most);
            if (layout is null)
            {
                Assert.Empty(baseline.Buckets.Concat(candidate.Buckets));
                return;
            }

            Assert.True(layout.Holds(baseline) && layout.Holds(candidate));
            Assert.InRange(layout.Bounds.Count + 1, 2, most);
            var block = HistogramBlock.CreateOrDefault(layout.Bounds, layout.Counts(candidate), layout.Counts(baseline));
            Assert.NotNull(block);
            Assert.Equal((candidate.Count, baseline.Count), (block.CandidateRequests, block.BaselineRequests));
            for (var i = 0; i < layout.Bounds.Count; i++)
            {
                Assert.Equal(Below(baseline, layout.Bounds[i]), UpTo(block.Baseline, i));
            }
        });

    [Fact]
    public void CoverOrDefault_NothingOrOneBucket_IsDefined()
    {
        Assert.Null(NativeLayout.CoverOrDefault([]));
        Assert.Null(NativeLayout.CoverOrDefault([new(0, 0.5, 7, [])]));

        var one = NativeLayout.CoverOrDefault([new(0, 0, 0, [new(4, 100)])])!;

        // (8, 16], what is faster, and three doublings of room for what is slower
        Assert.Equal([8, 16, 32, 64, 128], one.Bounds);
        Assert.Equal([0, 100, 0, 0, 0, 0], one.Counts(new(0, 0, 0, [new(4, 100)])));
        Assert.Equal([3, 0, 0, 0, 0, 9], one.Counts(new(0, 0, 1, [new(-3, 2), new(90, 9)])));
    }

    [Fact]
    public void CoverOrDefault_Freaks_DoNotMakeTheRestCoarse()
    {
        var layout = NativeLayout.CoverOrDefault([new(3, 0, 0, [new(-4000, 1), new(10, 50_000), new(11, 50_000), new(8000, 1)])])!;

        Assert.Equal(3, layout.Schema);
        Assert.InRange(layout.Bounds[^1], 8, 30);
    }

    [Fact]
    public void CoverOrDefault_ExtremesOfADouble_GiveFiniteBounds()
    {
        var layout = NativeLayout.CoverOrDefault([new(8, 0, 0, [new(-270_000, 50), new(262_144, 50)])])!;

        Assert.All(layout.Bounds, bound => Assert.True(double.IsFinite(bound) && bound > 0));
        Assert.InRange(layout.Bounds.Count, 1, 39);
        Assert.Equal(1e6, layout.Counts(new(8, 0, 0, [new(262_144, 1e6)]))[^1]);
    }

    [Fact]
    public void Holds_CoarserResolutionOrWideZeroBucket_AsksForAnotherLayout()
    {
        var layout = NativeLayout.Of(1, 2, 9);

        Assert.True(layout.Holds(new(3, 0, 4, [new(17, 1)])));
        Assert.False(layout.Holds(new(0, 0, 0, [new(2, 1)])));
        Assert.False(layout.Holds(new(3, 2.5, 4, [])));
        Assert.Throws<ArgumentException>(() => layout.Counts(new(0, 0, 0, [new(2, 1)])));
        Assert.Equal(layout, NativeLayout.Of(layout.Schema, layout.First, layout.Last));
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeLayout.Of(1, 3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeLayout.Of(9, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeLayout.Of(0, 1, 2000));
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeLayout.CoverOrDefault([], 7));
    }

    [Fact]
    public void NativeHistogram_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeHistogram(9, 0, 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeHistogram(-5, 0, 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeHistogram(0, double.NaN, 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeHistogram(0, 0, -1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeHistogram(0, 0, 0, [new(1, double.PositiveInfinity)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeHistogram(0, 0, 9007199254740992, [new(1, 2)]));
        Assert.Throws<ArgumentException>(() => new NativeHistogram(0, 0, 0, [new(1, 1), new(1, 1)]));
    }

    [Fact]
    public void Advance_CandidateOfACoarserSchema_IsSeenInTheCommonLayout()
    {
        // lognormal, median 0.1 s; the candidate's client has a coarser histogram and is 30 % slower
        var baseline = Sample(5, 20_000, 1, 1);
        var candidate = Sample(3, 2_000, 1.3, 2);
        var layout = NativeLayout.CoverOrDefault([baseline, candidate])!;
        var settings = new LatencyTestSettings();

        var state = LatencyTest.Start(settings, layout.Bounds, layout.Counts(baseline));
        state = LatencyTest.Advance(settings, state, new(layout.Bounds, layout.Counts(candidate), layout.Counts(Sample(5, 20_000, 1, 3)))).State;

        Assert.Equal(2, layout.Schema);
        Assert.True(LatencyTest.LogEvidence(state) > 20);
        Vector.Near(0.1, baseline.Quantile(0.5), 0.005);
    }

    private static NativeHistogram Sample(int schema, int requests, double scale, int seed)
    {
        var random = new Random(seed);
        return new(schema, Math.Pow(2, -128), 0, Enumerable.Range(0, requests)
            .Select(_ => 0.1 * scale * Math.Exp(0.6 * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1)))
            .GroupBy(latency => (int)Math.Ceiling(Math.Log2(latency) * Math.Pow(2, schema)), (index, same) => new NativeBucket(index, same.Count())));
    }

    private static double Below(NativeHistogram histogram, double bound) =>
        histogram.ZeroCount + histogram.Buckets.Where(bucket => NativeHistogram.UpperBound(histogram.Schema, bucket.Index) <= bound).Sum(bucket => bucket.Count);

    private static double UpTo(NumberList counts, int bound) => counts.Take(bound + 1).Sum();
}
