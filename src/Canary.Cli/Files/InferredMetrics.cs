using Canary.Core;
using Canary.Core.Analysis;
using Canary.Statistics;

namespace Canary.Cli.Files;

/// <summary>What to judge by when a file says what was counted, and nothing more: everything, with the defaults.</summary>
internal static class InferredMetrics
{
    private static readonly ScrapeSpec Unread = new(null, null);

    /// <summary>One metric for each that a file has.</summary>
    /// <param name="found">Their names, with a reading of each.</param>
    /// <returns>The metrics; shares as a template's without weights, which sum to 1.</returns>
    public static ValueList<MetricSpec> Of(IReadOnlyList<KeyValuePair<string, MetricReading>> found)
    {
        var metrics = found.Select(pair => pair.Value switch
        {
            MetricReading.Buckets => Latency(pair.Key),
            MetricReading.Level => Gauge(pair.Key),
            _ => ErrorRate(pair.Key),
        }).ToList();
        var errors = metrics.Count(metric => metric is MetricSpec.ErrorRate);
        var latencies = metrics.Count(metric => metric is MetricSpec.Latency);
        var all = (errors > 0 ? StatisticsDefaults.ErrorWeight : 0) + (latencies > 0 ? StatisticsDefaults.LatencyWeight : 0);
        return [.. metrics.Select(metric => metric switch
        {
            MetricSpec.ErrorRate => metric with { Share = StatisticsDefaults.ErrorWeight / errors / all },
            MetricSpec.Latency => metric with { Share = StatisticsDefaults.LatencyWeight / latencies / all },
            _ => metric,
        })];
    }

    public static MetricSpec ErrorRate(string name) => new MetricSpec.ErrorRate
    {
        Name = name,
        Scrape = Unread,
        Margins = new Margins(),
        Requests = [new SeriesSelector(name, [])],
        Errors = [new SeriesSelector(name, [])],
    };

    private static MetricSpec.Latency Latency(string name) => new()
    {
        Name = name,
        Scrape = Unread,
        Margins = new Margins(),
        Histogram = new SeriesSelector(name, []),
    };

    /// <summary>A level warns, and decides nothing by itself.</summary>
    private static MetricSpec.Gauge Gauge(string name) => new()
    {
        Name = name,
        Scrape = Unread,
        Required = false,
        Selectors = [new SeriesSelector(name, [])],
    };
}
