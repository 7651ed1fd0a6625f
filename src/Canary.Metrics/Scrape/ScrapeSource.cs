using System.Net;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using global::Prometheus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Metrics.Scrape;

/// <summary>
/// Reads counters straight from the pods, in the Prometheus text format or OpenMetrics text: from Istio's sidecars (port 15020, path <c>/stats/prometheus</c>)
/// or from the application itself. Thread-safe.
/// </summary>
/// <remarks>
/// Each address of a pod is fetched once a round, whatever the number of metrics read from it, so that their counts belong together.
/// A pod of which one address fails counts as not read: half of it would have another epoch.
/// </remarks>
public sealed partial class ScrapeSource : IMeasurementSource, IDisposable
{
    private readonly PodScraper _scraper;
    private readonly ScrapeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ScrapeSource> _logger;
    private readonly ScrapeTelemetry _telemetry;
    private readonly SemaphoreSlim _slots;
    private readonly CompiledMetrics _compiled = new();

    /// <summary>Makes a source.</summary>
    /// <param name="handler">Carries the requests; must not follow redirects. <see cref="CreateHandler"/> makes the usual one. Disposed with the source.</param>
    /// <param name="options">Limits, already validated.</param>
    /// <param name="time">The clock of timeouts and readings.</param>
    /// <param name="logger">Told of pods that could not be read, at debug level: people are told by the engine.</param>
    /// <param name="metrics">Where the source's own metrics are registered: <c>canary_scrape_duration_seconds</c> and others.</param>
    public ScrapeSource(HttpMessageHandler handler, IOptions<ScrapeOptions> options, TimeProvider time, ILogger<ScrapeSource> logger, IMetricFactory metrics)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(metrics);

        _options = options.Value;
        _scraper = new PodScraper(handler, _options, time);
        _time = time;
        _logger = logger;
        _telemetry = new ScrapeTelemetry(metrics);
        _slots = new SemaphoreSlim(_options.MaxConcurrent);
    }

    /// <summary>Makes the usual handler: no proxy, no redirects, no cookies, gzip, connections kept for two minutes.</summary>
    /// <returns>A handler that the caller owns.</returns>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        // An answer that is given up is not read to its end: its connection goes.
        ResponseDrainTimeout = TimeSpan.Zero,
        UseCookies = false,
        UseProxy = false,
    };

    /// <inheritdoc />
    /// <remarks>
    /// Takes no longer than the timeout for each full set of <see cref="ScrapeOptions.MaxConcurrentPerRound"/> pods that hang.
    /// A pod's time of reading is when its answer had been read to the end.
    /// </remarks>
    public async Task<Measurement> MeasureAsync(ValueList<MetricSpec> metrics, ValueList<PodTarget> pods, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(pods);

        var compiled = metrics.Select(_compiled.Get).ToArray();
        var rounds = pods.Select(pod => new PodRound(pod, metrics, compiled)).ToArray();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxConcurrentPerRound, CancellationToken = cancellation };
        await Parallel.ForEachAsync(rounds.SelectMany(round => round.Visits), limit, VisitAsync).ConfigureAwait(false);

        // A pod without any address to visit was not read either, and its time is now.
        var now = _time.GetUtcNow();
        return new Measurement(now, rounds.Select(round => round.Conclude(now)).ToValueList());
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _scraper.Dispose();
        _slots.Dispose();
    }

    private async ValueTask VisitAsync(PodVisit visit, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var counted = _telemetry.InFlight();
            var started = _time.GetTimestamp();
            visit.Answer = await _scraper.ReadAsync(visit.Address, visit.Metrics, cancellation).ConfigureAwait(false);
            visit.At = _time.GetUtcNow();
            // A connection torn down by cancelling may show as a broken one.
            cancellation.ThrowIfCancellationRequested();
            var elapsed = _time.GetElapsedTime(started);
            _telemetry.Ended(visit.Answer.Outcome, elapsed, visit.Answer.Bytes);
            if (visit.Answer.Failure is { } failure)
            {
                LogFailed(visit.Pod.Name, visit.Address, failure, elapsed);
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    [LoggerMessage(EventId = 600, Level = LogLevel.Debug, Message = "Could not read {Pod} at {Address}: {Reason} (after {Elapsed})")]
    private partial void LogFailed(string pod, Uri address, string reason, TimeSpan elapsed);
}
