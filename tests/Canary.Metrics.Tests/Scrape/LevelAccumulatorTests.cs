using Canary.Core;
using Canary.Core.Analysis;
using Canary.Metrics.Scrape;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class LevelAccumulatorTests
{
    [Theory]
    [InlineData(Combining.Sum, 6)]
    [InlineData(Combining.Mean, 2)]
    [InlineData(Combining.Max, 7)]
    [InlineData(Combining.Min, -3)]
    public void Read_SeveralSeries_AreCombinedAsAsked(Combining combining, double expected) =>
        Assert.Equal(new MetricReading.Level(expected), Readings.Read(Gauge(combining, "level"), "level{a=\"1\"} 2\nlevel{a=\"2\"} 7\nlevel{a=\"3\"} -3\nother 9\n"));

    [Fact]
    public void Read_SeriesMatchedBySeveralSelectors_CountsOnce() =>
        Assert.Equal(new MetricReading.Level(5), Readings.Read(Gauge(Combining.Sum, "level", "level{a=\"1\"}"), "level{a=\"1\"} 2\nlevel{a=\"2\"} 3\n"));

    [Fact]
    public void Read_NoSeries_IsAbsent() => Assert.IsType<MetricReading.Absent>(Readings.Read(Gauge(Combining.Sum, "level{a=\"1\"}"), "level{a=\"2\"} 3\n"));

    [Theory]
    [InlineData("NaN")]
    [InlineData("+Inf")]
    [InlineData("-Inf")]
    public void Read_NoNumber_IsInvalidAndSaysWhich(string value) =>
        Assert.Equal($"level{{a=\"1\"}} (line 1) is {value}, which is no number to judge by", Readings.Invalid(Gauge(Combining.Max, "level"), $"level{{a=\"1\"}} {value}\n"));

    [Fact]
    public void Read_SeriesTwice_IsInvalid() => Assert.Contains("stands twice in one answer", Readings.Invalid(Gauge(Combining.Sum, "level"), "level 1\nlevel 1\n"), StringComparison.Ordinal);

    [Fact]
    public void Read_SeriesOfAnyMeaning_IsALevelToo()
    {
        var series = new MetricSpec.Series { Name = "queue", Scrape = new ScrapeSpec(null, null), Selectors = [Readings.Selector("queue_length")], Rule = new SeriesRule.Threshold { Above = 10 } };

        Assert.Equal(new MetricReading.Level(12), Readings.Read(series, "queue_length 12\n"));
    }

    [Fact]
    public void Read_GuardAndTraffic_AreCounts()
    {
        var guard = new MetricSpec.Guard { Name = "limit", Scrape = new ScrapeSpec(null, null), Requests = [Readings.Selector("r")], Errors = [Readings.Selector("r{code=\"500\"}")] };
        var traffic = new MetricSpec.Traffic { Name = "share", Scrape = new ScrapeSpec(null, null), Requests = [Readings.Selector("r")] };
        const string Text = "r{code=\"200\"} 7\nr{code=\"500\"} 2\n";

        Assert.Equal(new MetricReading.Counts(9, 2), Readings.Read(guard, Text));
        Assert.Equal(new MetricReading.Counts(9, 0), Readings.Read(traffic, Text));
    }

    private static MetricSpec.Gauge Gauge(Combining combining, params string[] selectors) =>
        new() { Name = "level", Scrape = new ScrapeSpec(null, null), Selectors = selectors.Select(Readings.Selector).ToValueList(), Combine = combining };
}
