using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Canary.Core.Analysis;
using Canary.Metrics.Scrape;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

/// <summary>The source with its own handler against a real server; time is still fake, so that a timeout is no wait.</summary>
public sealed class ScrapeSourceLoopbackTests : IAsyncDisposable
{
    private static readonly MetricReading Read = new MetricReading.Counts(7, 2);
    private readonly FakeTimeProvider _time = new(Readings.Noon);
    private readonly LoopbackServer _server = new();
    private readonly ScrapeSource _source;

    public ScrapeSourceLoopbackTests() => _source = new ScrapeSource(
        ScrapeSource.CreateHandler(),
        Options.Create(new ScrapeOptions { MaxResponseBytes = 100_000 }),
        _time,
        NullLogger<ScrapeSource>.Instance,
        global::Prometheus.Metrics.WithCustomRegistry(global::Prometheus.Metrics.NewCustomRegistry()));

    private const string Body = "r{code=\"200\"} 5\nr{code=\"500\"} 2\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task MeasureAsync_Answer_IsRead()
    {
        _server.On("/metrics", LoopbackServer.Ok(Body));

        Assert.Equal(Read, Assert.Single((await MeasureAsync("/metrics")).Metrics));
    }

    [Fact]
    public async Task MeasureAsync_GzipAnswer_IsRead()
    {
        _server.On("/metrics", (socket, cancellation) => SendGzipAsync(socket, Body, cancellation));

        Assert.Equal(Read, Assert.Single((await MeasureAsync("/metrics")).Metrics));
    }

    [Fact]
    public async Task MeasureAsync_AnswerThatUnpacksToTooMuch_IsGivenUp()
    {
        _server.On("/metrics", (socket, cancellation) => SendGzipAsync(socket, string.Concat(Enumerable.Repeat(Body, 20_000)), cancellation));

        await AssertFailsAsync("/metrics", "the answer is longer than 100000 bytes");
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", "answered 500 Internal Server Error")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "answered 204 No Content")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 0\r\n\r\n", "answered text/html, not Prometheus text; check port and path")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", "answered application/json, not Prometheus text")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n", "the answer is 100001 bytes long, more than 100000")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html>\n\n\n", "line 1: a metric name was expected")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text\r\nContent-Length: 4\r\n\r\nr 1\n", "line 1: the text ends without # EOF")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nr{code=\"200\"} 5\nr{code=\"500\"} 1", "the text ends in the middle of line 2")]
    [InlineData("no http at all\r\n\r\n", "")]
    public async Task MeasureAsync_WrongAnswer_IsAFailureWithItsWords(string answer, string expected)
    {
        _server.On("/metrics", answer);

        await AssertFailsAsync("/metrics", expected);
    }

    [Fact]
    public async Task MeasureAsync_Redirect_IsNotFollowed()
    {
        _server.On("/metrics", "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
        _server.On("/other", LoopbackServer.Ok(Body));

        await AssertFailsAsync("/metrics", "answered 302 Found; redirects are not followed");
        Assert.Equal(["/metrics"], _server.Requests);
    }

    [Fact]
    public async Task MeasureAsync_EndlessAnswer_IsGivenUp()
    {
        _server.On("/metrics", async (socket, cancellation) =>
        {
            await LoopbackServer.SendAsync(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", cancellation);
            while (true)
            {
                await LoopbackServer.SendAsync(socket, "8\r\nabcde 1\n\r\n", cancellation);
            }
        });

        await AssertFailsAsync("/metrics", "the answer is longer than 100000 bytes");
    }

    [Fact]
    public async Task MeasureAsync_TornAnswer_IsTriedOnceMoreAndThenAFailure()
    {
        _server.On("/metrics", $"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{Body}");

        await AssertFailsAsync("/metrics", "");
        Assert.Equal(["/metrics", "/metrics"], _server.Requests);
    }

    [Fact]
    public async Task MeasureAsync_ResetInTheMiddle_ReadsTheSecondAnswerFromItsStart()
    {
        var first = true;
        _server.On("/metrics", async (socket, cancellation) =>
        {
            if (first)
            {
                first = false;
                await LoopbackServer.SendAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nr{code=\"200\"} 5\n", cancellation);
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
                return;
            }

            await LoopbackServer.SendAsync(socket, LoopbackServer.Ok(Body), cancellation);
        });

        Assert.Equal(Read, Assert.Single((await MeasureAsync("/metrics")).Metrics));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task MeasureAsync_NothingListens_IsAFailure()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, never listening: nobody else can take the port

        var port = ((IPEndPoint)taken.LocalEndPoint!).Port; // bound above
        var round = await _source.MeasureAsync([Spec($"{port}", "/")], [Readings.Pod("a")], Token);

        Assert.Equal($"http://127.0.0.1:{port}/: refused the connection; nothing listens there", Assert.Single(round.Pods).Failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nr 1\n\r\n")]
    public async Task MeasureAsync_AnswerThatStalls_EndsWithTheTimeout(string beginning)
    {
        var sent = new TaskCompletionSource();
        _server.On("/metrics", async (socket, cancellation) =>
        {
            foreach (var character in beginning)
            {
                await LoopbackServer.SendAsync(socket, character.ToString(), cancellation);
            }

            sent.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        });

        var measuring = MeasureAsync("/metrics");
        await sent.Task.WaitAsync(Token);
        Assert.False(measuring.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.EndsWith("did not answer completely within 2 s", (await measuring.WaitAsync(Token)).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MeasureAsync_CancelledWhileThePodStalls_EndsAtOnce()
    {
        var asked = new TaskCompletionSource();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        _server.On("/metrics", async (socket, cancellation) =>
        {
            await LoopbackServer.SendAsync(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nr 1\n\r\n", cancellation);
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        });
        var measuring = _source.MeasureAsync([Spec(_server.Port, "/metrics")], [Readings.Pod("a")], cancel.Token);
        await asked.Task.WaitAsync(Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => measuring.WaitAsync(Token));
    }

    [Fact]
    public async Task MeasureAsync_ManyMetricsOfManyPods_AsksEachPodOnce()
    {
        _server.On("/a", LoopbackServer.Ok(Body));
        _server.On("/b", LoopbackServer.Ok(Body));
        _server.On("/c", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var round = await _source.MeasureAsync(
            [Spec(_server.Port, null), Spec(_server.Port, null) with { Name = "second" }, Readings.Latency("h", 1, _server.Port)],
            [Readings.Pod("a", path: "/a"), Readings.Pod("b", path: "b"), Readings.Pod("c", path: "/c")],
            Token);

        Assert.Equal(["/a", "/b", "/c"], _server.Requests.Order());
        Assert.Equal([Read, Read, new MetricReading.Absent()], round.Pods[1].Metrics);
        Assert.Equal([null, null, $"http://127.0.0.1:{_server.Port}/c: answered 503 Service Unavailable"], round.Pods.Select(pod => pod.Failure));
    }

    private static MetricSpec.ErrorRate Spec(string port, string? path) => Readings.Rate(["r"], ["r{code=\"500\"}"], port, path);

    private async Task<PodReading> MeasureAsync(string path) =>
        Assert.Single((await _source.MeasureAsync([Spec(_server.Port, path)], [Readings.Pod("a")], Token)).Pods);

    private async Task AssertFailsAsync(string path, string expected)
    {
        var pod = await MeasureAsync(path);

        Assert.StartsWith($"http://127.0.0.1:{_server.Port}{path}: {expected}", pod.Failure, StringComparison.Ordinal);
        Assert.Empty(pod.Metrics);
    }

    private static async Task SendGzipAsync(Socket socket, string body, CancellationToken cancellation)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(body), cancellation);
        }

        await LoopbackServer.SendAsync(socket, $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\nConnection: close\r\n\r\n", cancellation);
        await socket.SendAsync(packed.ToArray(), cancellation);
    }
}
