using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Pictures.Tests;

public sealed class TrajectoryChartsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly ScrapeSpec Scrape = new(null, null);

    private static readonly SeriesSelector Series = new("x", []);

    private static readonly ValueList<MetricSpec> Metrics =
    [
        new MetricSpec.ErrorRate { Name = "errors", Share = 0.5, Scrape = Scrape, Margins = new Margins(1.2), Requests = [Series], Errors = [Series] },
        new MetricSpec.Latency { Name = "latency", Share = 0.5, Scrape = Scrape, Margins = new Margins(), Histogram = Series },
    ];

    private static readonly Trajectory Worse = Run(errors: 12);

    [Fact]
    public void Evidence_Trajectory_HasALineForEachMetricAndOneForAll()
    {
        var chart = TrajectoryCharts.Evidence(Worse, "checkout");

        Assert.Equal([("errors", false), ("latency", false), ("together", true)], chart.Lines.Select(line => (line.Name, line.IsCombined)));
        Assert.Equal(Worse.Points.Count(point => point.ExposedSince is not null), chart.Lines[0].Points.Count);
        Assert.Equal(Worse.Points[^1].Verdict.LogEvidence, chart.Lines[2].Points[^1].Value);
        Assert.Equal(Math.Log(100), chart.LogThreshold, 1e-12);
    }

    [Fact]
    public void Evidence_OneMetric_IsNotDrawnTwice() =>
        Assert.Equal(["errors"], TrajectoryCharts.Evidence(Run(12, [Metrics[0]]), "checkout").Lines.Select(line => line.Name));

    [Fact]
    public void Acceptance_Trajectory_HasItsOwnThreshold()
    {
        var chart = TrajectoryCharts.Acceptance(Worse, "checkout");

        Assert.True(chart.IsGood);
        Assert.Equal(Math.Log(20), chart.LogThreshold, 1e-12);
        Assert.Equal(Worse.Points[^1].Verdict.Metrics[1].LogAcceptance, chart.Lines[1].Points[^1].Value);
    }

    [Fact]
    public void Marks_StepsAndDecision_AreCountedFromTheExposure()
    {
        var marks = TrajectoryCharts.Evidence(Worse, "checkout").Marks;

        Assert.Equal(["10 %", "25 %"], marks.Where(mark => mark.Kind == TimeMarkKind.Step).Select(mark => mark.Label));
        Assert.Equal(210, marks[1].Seconds);
        var decision = Assert.Single(marks, mark => mark.Kind == TimeMarkKind.Decision);
        Assert.Equal(Worse.Decision.After!.Value.TotalSeconds, decision.Seconds);
        Assert.StartsWith("roll back after ", decision.Label, StringComparison.Ordinal);
    }

    [Fact]
    public void Ratio_Metric_HasItsMarginsAndInterval()
    {
        var chart = TrajectoryCharts.Ratio(Worse, "errors", "errors")!;

        var last = Worse.Points[^1].Verdict.Metrics[0];
        Assert.Equal((1.2, 1.5), (chart.RollbackMargin, chart.AcceptanceMargin));
        Assert.Equal((last.Ratio, last.RatioLower, last.RatioUpper), (chart.Points[^1].Ratio, chart.Points[^1].Lower, chart.Points[^1].Upper));
        Assert.Null(TrajectoryCharts.Ratio(Worse, "none", "none"));
    }

    [Fact]
    public void Latency_Metric_HasBothDistributionsAndQuantiles()
    {
        var chart = TrajectoryCharts.Latency(Worse, "latency", "latency")!;

        Assert.Equal([10, 100], chart.Bounds);
        Assert.Equal(Worse.State.Metrics[1].Candidate, chart.Candidate);
        Assert.Equal([0.5, 0.9, 0.99], chart.Quantiles.Select(mark => mark.Probability));
        Assert.InRange(chart.Quantiles[0].Candidate!.Value, 10, 100);
        Assert.Equal((10, 100), (chart.Quantiles[0].Candidate!.Lower, chart.Quantiles[0].Candidate!.Upper));
        Assert.Equal((5, 10), (chart.Quantiles[0].Stable!.Lower, chart.Quantiles[0].Stable!.Upper));
        Assert.Null(TrajectoryCharts.Latency(Worse, "errors", "errors"));
    }

    [Fact]
    public void Charts_OfNothing_AreEmptyAndDrawn()
    {
        var nothing = Replay.Run(Metrics, new AnalysisSpec(), []);

        Assert.Contains("nothing measured yet", Picture.Of(TrajectoryCharts.Evidence(nothing, "checkout")), StringComparison.Ordinal);
        Assert.Null(TrajectoryCharts.Ratio(nothing, "errors", "errors"));
        Assert.Null(TrajectoryCharts.Latency(nothing, "latency", "latency"));
    }

    private static Trajectory Run(double errors, ValueList<MetricSpec>? metrics = null)
    {
        ValueList<double> bounds = [10, 100, double.PositiveInfinity];
        var blocks = Enumerable.Range(1, 40).Select(i => new CountedBlock(
            Noon.AddSeconds(i * 10),
            TimeSpan.FromSeconds(10),
            new Weight(i <= 20 ? 10 : 25),
            Take([new MetricReading.Counts(900, 9), new MetricReading.Buckets(bounds, [500, 890, 900])], metrics),
            Take([new MetricReading.Counts(100, errors), new MetricReading.Buckets(bounds, [45, 99, 100])], metrics)));
        return Replay.Run(metrics ?? Metrics, new AnalysisSpec { Interval = TimeSpan.FromSeconds(10) }, BlockRounds.Of([.. blocks]));
    }

    private static ValueList<MetricReading> Take(ValueList<MetricReading> readings, ValueList<MetricSpec>? metrics) => readings.Take(metrics?.Count ?? readings.Count).ToValueList();
}
