using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Canary.Metrics.Scrape;
using Canary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Canary.Scenarios.Faults;

/// <summary>The pods' metrics as the real scraper reads them, over a network and from programs that do all kinds of wrong. Thread-safe.</summary>
/// <param name="seed">Gives the faults.</param>
/// <param name="share">The share of the answers that are wrong, in [0, 1].</param>
internal sealed class FaultyPods(int seed, double share) : HttpMessageHandler
{
    private static readonly string[] Kinds =
        ["silence", "half", "reset", "500", "404", "garbage", "truncated", "NaN", "infinite", "negative", "empty", "html", "nothing of ours", "backwards"];

    private readonly Lock _lock = new();
    private readonly SplitMixRandom _chance = new(seed);
    private readonly ConcurrentDictionary<string, string> _addresses = [];
    private readonly ConcurrentDictionary<string, (double Requests, double Errors)> _counts = [];
    private readonly SortedDictionary<string, int> _met = [];
    private ScrapeSource? _source;

    /// <summary>The share of the answers that are wrong; at 1 none tells a number that could be one.</summary>
    public double Share { get; set; } = share;

    /// <summary>How often each fault was met.</summary>
    public IReadOnlyDictionary<string, int> Met
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, int>(_met);
            }
        }
    }

    /// <summary>Reads the pods through the faults.</summary>
    public Task<Measurement> ReadAsync(Measurement counted, ValueList<MetricSpec> metrics, ValueList<PodTarget> pods, CancellationToken cancellation)
    {
        foreach (var pod in counted.Pods)
        {
            var counts = (MetricReading.Counts)pod.Metrics[0];
            _counts[AddressOf(pod.Uid)] = (counts.Requests, counts.Errors);
        }

        LazyInitializer.EnsureInitialized(ref _source, () => new ScrapeSource(
            this,
            Options.Create(new ScrapeOptions { Timeout = TimeSpan.FromMilliseconds(150) }),
            TimeProvider.System,
            NullLogger<ScrapeSource>.Instance,
            global::Prometheus.Metrics.WithCustomRegistry(global::Prometheus.Metrics.NewCustomRegistry())));
        return _source.MeasureAsync(metrics, pods.Select(pod => pod with { Address = AddressOf(pod.Uid) }).ToValueList(), cancellation);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (requests, errors) = _counts[request.RequestUri!.Host]; // absolute by the time a handler sees it
        var text = Text(requests, errors);
        switch (Draw())
        {
            case "silence":
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                break;
            case "half":
                return Answer(new StreamContent(new BrokenStream(Encoding.UTF8.GetBytes(text[..(text.Length / 2)]), breaks: false)));
            case "reset":
                throw new HttpRequestException(HttpRequestError.ConnectionError, "the connection was reset");
            case "500":
                return new HttpResponseMessage(HttpStatusCode.InternalServerError);
            case "404":
                return new HttpResponseMessage(HttpStatusCode.NotFound);
            case "garbage":
                return Answer(new StringContent("\u0000\u0001requests_total{ 7 {{\n"));
            case "truncated":
                return Answer(new StreamContent(new BrokenStream(Encoding.UTF8.GetBytes(text[..^3]), breaks: true)));
            case "NaN":
                return Answer(new StringContent(text.Replace(Number(requests - errors), "NaN", StringComparison.Ordinal)));
            case "infinite":
                return Answer(new StringContent(text.Replace(Number(requests - errors), "+Inf", StringComparison.Ordinal)));
            case "negative":
                return Answer(new StringContent(Text(-requests, -errors)));
            case "empty":
                return Answer(new StringContent(""));
            case "html":
                return Answer(new StringContent("<html>please log in</html>", Encoding.UTF8, "text/html"));
            case "backwards":
                return Answer(new StringContent(Text(Math.Floor(requests / 3), Math.Floor(errors / 3))));
            case "nothing of ours":
                return Answer(new StringContent("other_total 1\n"));
        }

        return Answer(new StringContent(text));
    }

    private static HttpResponseMessage Answer(HttpContent content) => new(HttpStatusCode.OK) { Content = content };

    private static string Text(double requests, double errors) =>
        $"# TYPE requests_total counter\nrequests_total{{code=\"200\"}} {Number(requests - errors)}\nrequests_total{{code=\"500\"}} {Number(errors)}\n";

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private string? Draw()
    {
        lock (_lock)
        {
            if (_chance.NextDouble() >= Share)
            {
                return null;
            }

            var kind = Kinds[_chance.Next(Share < 1 ? Kinds.Length : Kinds.Length - 1)];
            _met[kind] = _met.GetValueOrDefault(kind) + 1;
            return kind;
        }
    }

    private string AddressOf(string uid) => _addresses.GetOrAdd(uid, _ => string.Create(CultureInfo.InvariantCulture, $"10.0.0.{_addresses.Count + 1}"));

    /// <summary>A body that stops half-way, or breaks off there.</summary>
    private sealed class BrokenStream(byte[] said, bool breaks) : MemoryStream(said)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length && breaks)
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the answer ended prematurely");
            }

            if (Position == Length)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
