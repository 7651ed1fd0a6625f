using Canary.Core.Analysis;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class BucketsAccumulatorTests
{
    private static readonly MetricSpec.Latency Plain = Readings.Latency("h");

    [Fact]
    public void Read_Istio_SumsLabelSetsByBound() =>
        Assert.Equal(
            new MetricReading.Buckets([0.5, 1, 250, double.PositiveInfinity], [1, 12, 9403, 9429]),
            Readings.Read(Readings.Latency("istio_request_duration_milliseconds{reporter=\"destination\"}"), Expositions.Istio));

    [Fact]
    public void Read_Seconds_BecomeMillisecondsWithoutDust() =>
        Assert.Equal(
            new MetricReading.Buckets([5, 70, 1000, double.PositiveInfinity], [3, 8, 10, 11]),
            Readings.Read(Readings.Latency("http_request_duration_seconds", 1000), Expositions.Go));

    [Fact]
    public void Read_Selector_ChoosesLabelSets() =>
        Assert.Equal(
            new MetricReading.Buckets([1, double.PositiveInfinity], [2, 3]),
            Readings.Read(
                Readings.Latency("h{code!~\"5..\"}"),
                "h_bucket{code=\"200\",le=\"1\"} 2\nh_bucket{code=\"200\",le=\"+Inf\"} 3\nh_bucket{code=\"500\",le=\"7\"} 1\nh_bucket{code=\"500\",le=\"+Inf\"} 1\n"));

    [Theory]
    // le as different clients write it, in any order
    [InlineData("h_bucket{le=\"+Inf\"} 3\nh_bucket{le=\"1.0\"} 2\nh_bucket{le=\"0.5\"} 1\n")]
    [InlineData("h_bucket{le=\"0.5\"} 1\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"Inf\"} 3\n")]
    [InlineData("h_bucket{le=\"5e-1\"} 1\nh_bucket{le=\"1e0\"} 2\nh_bucket{le=\"inf\"} 3\n")]
    // the last bucket only as a count
    [InlineData("h_bucket{le=\"0.5\"} 1\nh_bucket{le=\"1\"} 2\nh_sum 9\nh_count 3\n")]
    // label sets interleaved, labels in another order, bounds written otherwise
    [InlineData("h_bucket{a=\"1\",le=\"0.5\"} 1\nh_bucket{a=\"2\",le=\"0.5\"} 0\nh_bucket{le=\"1\",a=\"1\"} 1\nh_bucket{le=\"1.0\",a=\"2\"} 1\n"
        + "h_bucket{a=\"1\",le=\"+Inf\"} 2\nh_bucket{a=\"2\",le=\"+Inf\"} 1\n")]
    [InlineData("h_bucket{a=\"1\",b=\"2\",le=\"0.5\"} 1\nh_bucket{b=\"2\",a=\"1\",le=\"1\"} 2\nh_count{b=\"2\",a=\"1\",c=\"\"} 3\n")]
    public void Read_SameHistogramWrittenOtherwise_IsTheSame(string text) =>
        Assert.Equal(new MetricReading.Buckets([0.5, 1, double.PositiveInfinity], [1, 2, 3]), Readings.Read(Plain, text));

    [Fact]
    public void Read_NoSeries_IsAbsent() => Assert.IsType<MetricReading.Absent>(Readings.Read(Plain, "h 1\nh_sum 2\nhh_bucket{le=\"1\"} 1\n"));

    [Fact]
    public void Read_FallWithinRounding_IsLifted() =>
        Assert.Equal(
            new MetricReading.Buckets([1, 2, double.PositiveInfinity], [0.3, 0.3, 0.3]),
            Readings.Read(Plain, "h_bucket{le=\"1\"} 0.3\nh_bucket{le=\"2\"} 0.29999999999999\nh_bucket{le=\"+Inf\"} 0.3\n"));

    [Theory]
    [InlineData("h_bucket{a=\"1\",le=\"1\"} 1\nh_bucket{a=\"1\",le=\"+Inf\"} 1\nh_bucket{a=\"2\",le=\"2\"} 1\nh_bucket{a=\"2\",le=\"+Inf\"} 1\n",
        "h: histograms with different buckets, [1, +Inf] and [2, +Inf]")]
    [InlineData("h_bucket{a=\"1\",le=\"1\"} 1\nh_bucket{a=\"1\",le=\"+Inf\"} 1\nh_bucket{a=\"2\",le=\"+Inf\"} 1\n", "no bucket but le=\"+Inf\"")]
    [InlineData("h_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 1\n", "neither a bucket le=\"+Inf\" nor a count")]
    [InlineData("h_bucket{le=\"+Inf\"} 1\n", "no bucket but le=\"+Inf\"")]
    [InlineData("h_count 5\nh_sum 2\nh{quantile=\"0.5\"} 1\n", "a count but no buckets")]
    [InlineData("h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 1\n", "the bucket le=\"1\" twice")]
    [InlineData("h_bucket{le=\"1\"} 5\nh_bucket{le=\"2\"} 4\nh_bucket{le=\"+Inf\"} 5\n", "h holds 4 up to 2, fewer than the 5 up to 1")]
    [InlineData("h_bucket{le=\"1\"} 5\nh_count 4\n", "h holds 4 up to +Inf, fewer than the 5 up to 1")]
    [InlineData("h_bucket 5\n", "h_bucket (line 1) has no number as its label le")]
    [InlineData("h_bucket{le=\"x\"} 5\n", "has no number as its label le")]
    [InlineData("h_bucket{le=\"NaN\"} 5\n", "has no number as its label le")]
    [InlineData("h_bucket{le=\"1\"} NaN\n", "h_bucket{le=\"1\"} (line 1) is NaN, which is no count")]
    [InlineData("h_bucket{le=\"1\"} 1\nh_count -1\n", "h_count (line 2) is -1, which is no count")]
    public void Read_WrongShape_IsInvalid(string text, string expected) => Assert.Contains(expected, Readings.Invalid(Plain, text), StringComparison.Ordinal);

    [Fact]
    public void Read_OpenMetricsWithExemplars_ReadsBucketsOnly() =>
        Assert.Equal(
            new MetricReading.Buckets([500, 1000, double.PositiveInfinity], [2, 3, 4]),
            Readings.Read(Readings.Latency("http_request_duration_seconds", 1000), Expositions.OpenMetrics));
}
