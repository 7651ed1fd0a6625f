using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Canary.Metrics.Scrape;

/// <summary>Fetches and reads one address of one pod; every failure becomes words. Thread-safe.</summary>
internal sealed class PodScraper : IDisposable
{
    private static readonly ProductInfoHeaderValue Agent = new("canary", null);

    private readonly HttpMessageInvoker _client;
    private readonly ScrapeOptions _options;
    private readonly ResiliencePipeline<Answer> _pipeline;
    private readonly string _timeoutSeconds;

    public PodScraper(HttpMessageHandler handler, ScrapeOptions options, TimeProvider time)
    {
        // An invoker and no HttpClient, which would gather the whole answer in memory before its size can be judged.
        _client = new HttpMessageInvoker(handler, disposeHandler: true);
        _options = options;
        _timeoutSeconds = options.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        _pipeline = new ResiliencePipelineBuilder<Answer> { Name = "scrape", TimeProvider = time }
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout })
            .AddRetry(new RetryStrategyOptions<Answer>
            {
                // A kept connection that the pod closed meanwhile, most of all. Anything else waits for the next round.
                MaxRetryAttempts = 1,
                Delay = TimeSpan.Zero,
                ShouldHandle = attempt => ValueTask.FromResult(WasReset(attempt.Outcome.Exception)),
            })
            .Build();
    }

    /// <summary>Reads one address.</summary>
    /// <param name="address">What to fetch.</param>
    /// <param name="metrics">What to gather from it.</param>
    /// <param name="cancellation">Cancels at once.</param>
    /// <returns>The answer. Throws nothing but for cancellation.</returns>
    public async Task<Answer> ReadAsync(Uri address, CompiledMetric[] metrics, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (state, token) => await state.Self.FetchAsync(state.Address, state.Metrics, token).ConfigureAwait(false),
                (Self: this, Address: address, Metrics: metrics),
                cancellation).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException)
        {
            return Answer.Failed(ScrapeOutcome.TimedOut, $"did not answer completely within {_timeoutSeconds} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or InvalidDataException)
        {
            return Answer.Failed(ScrapeOutcome.Unreachable, Words(failure));
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<Answer> FetchAsync(Uri address, CompiledMetric[] metrics, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(Agent);
        request.Headers.Accept.ParseAdd("text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5, */*;q=0.1");
        // Istio's agent hands this on to the application whose counters it merges.
        request.Headers.Add("X-Prometheus-Scrape-Timeout-Seconds", _timeoutSeconds);
        using var response = await _client.SendAsync(request, cancellation).ConfigureAwait(false);
        if (Refusal(response) is { } refusal)
        {
            return Answer.Failed(ScrapeOutcome.Refused, refusal);
        }

        var content = response.Content;
        if (content.Headers.ContentLength > _options.MaxResponseBytes)
        {
            return Answer.Failed(
                ScrapeOutcome.Refused, FormattableString.Invariant($"the answer is {content.Headers.ContentLength} bytes long, more than {_options.MaxResponseBytes}"));
        }

        var collector = new PodCollector([.. metrics.Select(metric => metric.NewAccumulator())]);
        var openMetrics = content.Headers.ContentType?.MediaType is "application/openmetrics-text";
        var framed = content.Headers.ContentLength is not null || response.Headers.TransferEncodingChunked == true;
        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var read = await ExpositionReader.ReadAsync(
                stream, new PrometheusText(collector, openMetrics), _options.MaxResponseBytes, mustEndInLineFeed: !framed, cancellation).ConfigureAwait(false);
            return read.Problem is null
                ? new Answer { Outcome = ScrapeOutcome.Read, Readings = collector.Finish(), StartTimes = collector.StartTimes, Bytes = read.Bytes }
                : Answer.Failed(ScrapeOutcome.Malformed, read.Problem, read.Bytes);
        }
    }

    private static string? Refusal(HttpResponseMessage response)
    {
        var status = FormattableString.Invariant($"{(int)response.StatusCode} {response.ReasonPhrase}").TrimEnd();
        if ((int)response.StatusCode is >= 300 and < 400)
        {
            return $"answered {status}; redirects are not followed, name the final port and path";
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return $"answered {status}";
        }

        var type = response.Content.Headers.ContentType?.MediaType;
        return type is "text/html" or "application/vnd.google.protobuf" || type?.EndsWith("json", StringComparison.Ordinal) == true
            ? $"answered {type}, not Prometheus text; check port and path"
            : null;
    }

    private static bool WasReset(Exception? failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown }
                or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }
                or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded })
            {
                return true;
            }
        }

        return false;
    }

    // The innermost cause says what happened; the outer ones say that it happened while sending.
    private static string Words(Exception failure) => failure.GetBaseException() is SocketException socket
        ? socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "refused the connection; nothing listens there",
            SocketError.ConnectionReset => "reset the connection",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "cannot be reached; is a NetworkPolicy in the way?",
            _ => socket.Message,
        }
        : failure.GetBaseException().Message;
}

/// <summary>What one address of a pod told, or why it did not.</summary>
internal sealed record Answer
{
    public required ScrapeOutcome Outcome { get; init; }

    /// <summary>Why there are no readings; null when there are.</summary>
    public string? Failure { get; init; }

    /// <summary>One entry a metric, in the order of the metrics asked for.</summary>
    public Core.Analysis.MetricReading[] Readings { get; init; } = [];

    public IReadOnlyList<double> StartTimes { get; init; } = [];

    public long Bytes { get; init; }

    public static Answer Failed(ScrapeOutcome outcome, string why, long bytes = 0) => new() { Outcome = outcome, Failure = why, Bytes = bytes };
}
