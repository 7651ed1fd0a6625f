using Canary.Core.Analysis;
using Canary.Statistics;
using CsCheck;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

public sealed class NativeReadingsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Of_AnyHistogram_CountsUpToEachBoundWhatIsThere(double millisecondsPerUnit) =>
        Gen.Select(Gen.Int[-2, 8], Gen.Int[0, 9], Gen.Select(Gen.Int[-40, 40], Gen.Int[1, 100]).Array[0, 12]).Sample((schema, zero, buckets) =>
        {
            var histogram = new NativeHistogram(schema, 0, zero, buckets.DistinctBy(bucket => bucket.Item1).Select(bucket => new NativeBucket(bucket.Item1, bucket.Item2)));

            var read = NativeReadings.Of(new MetricReading.Native(histogram, millisecondsPerUnit));

            for (var i = 0; i + 1 < read.UpperBounds.Count; i++)
            {
                var bound = read.UpperBounds[i] / millisecondsPerUnit;
                var below = histogram.Buckets.Where(bucket => NativeHistogram.UpperBound(schema, bucket.Index) <= bound * (1 + 1e-12)).Sum(bucket => bucket.Count);
                var coarser = histogram.DownScale(Math.Min(1, schema)).Buckets.Where(bucket => NativeHistogram.UpperBound(Math.Min(1, schema), bucket.Index) <= bound * (1 + 1e-12)).Sum(bucket => bucket.Count);
                Assert.Equal(zero + coarser, read.Cumulative[i]);
                Assert.True(below >= coarser);
            }

            Assert.Equal(histogram.Count, read.Cumulative[^1]);
            Assert.Equal(double.PositiveInfinity, read.UpperBounds[^1]);
        });

    [Theory]
    [InlineData(1, 1, 0.25, 131_072, 40)]
    [InlineData(8, 1000, 0.244140625, 128_000, 40)]
    [InlineData(0, 1, 0.25, 131_072, 21)]
    public void Of_Schema_HasBoundsOfItsOwnRange(int schema, double millisecondsPerUnit, double lowest, double highest, int count)
    {
        var read = NativeReadings.Of(new MetricReading.Native(new NativeHistogram(schema, 0, 0, []), millisecondsPerUnit));

        Assert.Equal((lowest, highest, count), (read.UpperBounds[0], read.UpperBounds[^2], read.UpperBounds.Count));
    }

    [Fact]
    public void Advance_ArmsWithDifferentSchemas_AreComparedByTheCoarser()
    {
        var bench = new JudgeBench { Metrics = [Latency] };
        for (var i = 0; i < 8; i++)
        {
            bench.Round(Stable(Native(3, i, slow: 0)), Candidate(Native(0, i, slow: 200)));
        }

        Assert.Equal(21, bench.Metric.UpperBounds.Count);
        Assert.Equal(VerdictState.Fail, bench.Verdict.State);

        static MetricReading Native(int schema, int times, double slow) => new MetricReading.Native(
            new NativeHistogram(schema, 0, 0, [new NativeBucket(4 << schema, times * (900 - slow)), new NativeBucket(8 << schema, times * (100 + slow))]), 1);
    }
}
