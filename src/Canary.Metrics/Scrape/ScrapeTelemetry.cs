using global::Prometheus;

namespace Canary.Metrics.Scrape;

/// <summary>What the engine tells about its own scraping. Thread-safe.</summary>
internal sealed class ScrapeTelemetry(IMetricFactory metrics)
{
    private readonly Histogram _duration = metrics.CreateHistogram(
        "canary_scrape_duration_seconds",
        "Time to read the counters of one pod, queueing excluded, by how it ended.",
        ["outcome"],
        new HistogramConfiguration { Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10] });

    private readonly Gauge _inFlight = metrics.CreateGauge("canary_scrapes_in_flight", "Requests for pods' counters that are under way.");

    private readonly Counter _bytes = metrics.CreateCounter("canary_scrape_received_bytes_total", "Bytes of pods' counters that were read, decompressed.");

    public IDisposable InFlight() => _inFlight.TrackInProgress();

    public void Ended(ScrapeOutcome outcome, TimeSpan elapsed, long bytes)
    {
        _duration.WithLabels(outcome.ToString()).Observe(elapsed.TotalSeconds);
        _bytes.Inc(bytes);
    }
}

/// <summary>How reading a pod ended; the label of a metric, so the set is small.</summary>
internal enum ScrapeOutcome
{
    Read,
    Unreachable,
    TimedOut,
    Refused,
    Malformed,
}
