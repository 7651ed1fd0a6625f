using System.Net;
using System.Net.Sockets;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Canary.Metrics.Scrape;
using global::Prometheus;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class ScrapeSourceTests
{
    private static readonly MetricSpec Rate = Readings.Rate(["r"], ["r{code=\"500\"}"]);
    private static readonly MetricSpec Latency = Readings.Latency("h");
    private readonly FakeTimeProvider _time = new(Readings.Noon);
    private readonly CollectorRegistry _registry = global::Prometheus.Metrics.NewCustomRegistry();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ScrapeSource Source(HttpMessageHandler handler, ScrapeOptions? options = null) => new(
        handler, Options.Create(options ?? new ScrapeOptions()), _time, NullLogger<ScrapeSource>.Instance, global::Prometheus.Metrics.WithCustomRegistry(_registry));

    [Fact]
    public async Task MeasureAsync_SeveralMetricsAtOneAddress_FetchesItOnce()
    {
        var handler = FakeHandler.Text("r 5\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n");
        using var source = Source(handler);

        var round = await source.MeasureAsync([Rate, Latency], [Readings.Pod("a"), Readings.Pod("b", "127.0.0.2", arm: ArmName.Stable)], Token);

        Assert.Equal(["http://127.0.0.1:15020/stats/prometheus", "http://127.0.0.2:15020/stats/prometheus"], handler.Requests.Select(request => request.RequestUri!.AbsoluteUri).Order());
        Assert.Equal(Readings.Noon, round.At);
        Assert.Equal(
            new PodReading
            {
                Uid = "uid-b",
                Pod = "b",
                Arm = ArmName.Stable,
                Epoch = "0",
                ReadySince = Readings.Noon,
                At = Readings.Noon,
                Metrics = [new MetricReading.Counts(5, 0), new MetricReading.Buckets([1, double.PositiveInfinity], [1, 2])],
            },
            round.Pods[1]);
    }

    [Fact]
    public async Task MeasureAsync_MetricsAtSeveralAddresses_KeepsTheOrderOfTheMetrics()
    {
        using var source = Source(new FakeHandler((uri, _) => Task.FromResult(FakeHandler.Answer($"r {uri.Port}\n"))));

        var round = await source.MeasureAsync(
            [Readings.Rate(["r"], ["r"], "1"), Readings.Rate(["r"], ["r"], "2"), Readings.Rate(["r"], ["r"], "1") with { Name = "again" }], [Readings.Pod("a")], Token);

        Assert.Equal([new MetricReading.Counts(1, 1), new MetricReading.Counts(2, 2), new MetricReading.Counts(1, 1)], Assert.Single(round.Pods).Metrics);
    }

    [Fact]
    public async Task MeasureAsync_OneOfTwoAddressesFails_CountsThePodAsNotRead()
    {
        using var source = Source(new FakeHandler((uri, _) => Task.FromResult(uri.Port == 1 ? FakeHandler.Answer("r 1\n") : new HttpResponseMessage(HttpStatusCode.BadGateway))));

        var round = await source.MeasureAsync([Readings.Rate(["r"], ["r"], "1"), Readings.Rate(["r"], ["r"], "2")], [Readings.Pod("a")], Token);

        var pod = Assert.Single(round.Pods);
        Assert.Equal("http://127.0.0.1:2/stats/prometheus: answered 502 Bad Gateway", pod.Failure);
        Assert.Empty(pod.Metrics);
    }

    [Fact]
    public async Task MeasureAsync_UnknownPort_AsksNobody()
    {
        var handler = FakeHandler.Text("r 1\n");
        using var source = Source(handler);

        var round = await source.MeasureAsync([Rate, Readings.Rate(["r"], ["r"], "admin")], [Readings.Pod("a")], Token);

        Assert.StartsWith("port 'admin' is neither", Assert.Single(round.Pods).Failure, StringComparison.Ordinal);
        Assert.Equal(Readings.Noon, round.Pods[0].At);
        Assert.Empty(handler.Requests);
    }

    [Theory]
    [InlineData("r 1\n", 3, "3")]
    [InlineData("process_start_time_seconds 1.77000000037e+09\n", 3, "3@1770000000.37")]
    [InlineData("process_start_time_seconds{p=\"b\"} 20\nprocess_start_time_seconds{p=\"a\"} 10\nprocess_start_time_seconds{p=\"c\"} 10\n", 0, "0@10,20")]
    [InlineData("process_start_time_seconds NaN\n", 0, "0")]
    [InlineData("istio_agent_process_start_time_seconds 5\n", 0, "0")]
    public async Task MeasureAsync_Epoch_TellsRestartsAndProcessStarts(string text, int restarts, string expected)
    {
        using var source = Source(FakeHandler.Text(text));

        var round = await source.MeasureAsync([Rate], [Readings.Pod("a") with { Restarts = restarts }], Token);

        Assert.Equal(expected, Assert.Single(round.Pods).Epoch);
    }

    [Fact]
    public async Task MeasureAsync_NoPods_IsAnEmptyRound()
    {
        using var source = Source(FakeHandler.Text(""));

        Assert.Equal(new Measurement(Readings.Noon, []), await source.MeasureAsync([Rate], [], Token));
    }

    [Fact]
    public async Task MeasureAsync_HangingPod_CostsItsTimeoutAndDelaysNobody()
    {
        var prompt = new TaskCompletionSource();
        var hanging = new TaskCompletionSource();
        using var source = Source(new FakeHandler((uri, cancellation) =>
        {
            if (uri.Host == "127.0.0.9")
            {
                hanging.SetResult();
                return FakeHandler.HangAsync(cancellation);
            }

            prompt.SetResult();
            return Task.FromResult(FakeHandler.Answer("r 1\n"));
        }));

        var measuring = source.MeasureAsync([Rate], [Readings.Pod("slow", "127.0.0.9"), Readings.Pod("prompt")], Token);
        await hanging.Task.WaitAsync(Token);
        await prompt.Task.WaitAsync(Token);
        await WaitForAsync("canary_scrape_duration_seconds_count{outcome=\"Read\"} 1");
        _time.Advance(TimeSpan.FromSeconds(2));
        var round = await measuring.WaitAsync(Token);

        Assert.Equal("http://127.0.0.9:15020/stats/prometheus: did not answer completely within 2 s", round.Pods[0].Failure);
        Assert.Equal(Readings.Noon.AddSeconds(2), round.Pods[0].At);
        Assert.Equal(new MetricReading.Counts(1, 0), Assert.Single(round.Pods[1].Metrics));
        Assert.Equal(Readings.Noon, round.Pods[1].At);
        Assert.Equal(Readings.Noon.AddSeconds(2), round.At);
    }

    [Fact]
    public async Task MeasureAsync_Cancelled_EndsAtOnce()
    {
        var started = new TaskCompletionSource();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var source = Source(new FakeHandler((_, cancellation) =>
        {
            started.TrySetResult();
            return FakeHandler.HangAsync(cancellation);
        }));
        var measuring = source.MeasureAsync([Rate], [Readings.Pod("a")], cancel.Token);
        await started.Task.WaitAsync(Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => measuring);
        Assert.Equal(Readings.Noon, _time.GetUtcNow());
    }

    [Theory]
    [InlineData(3, 100, 3)]
    [InlineData(100, 5, 5)]
    public async Task MeasureAsync_ManyPods_KeepsTheLimits(int perRound, int overall, int expected)
    {
        var arrived = new SemaphoreSlim(0);
        var open = new TaskCompletionSource();
        var handler = new FakeHandler(async (_, _) =>
        {
            arrived.Release();
            await open.Task;
            return FakeHandler.Answer("r 1\n");
        });
        using var source = Source(handler, new ScrapeOptions { MaxConcurrentPerRound = perRound, MaxConcurrent = overall });
        var pods = Enumerable.Range(1, 30).Select(i => Readings.Pod($"p{i}", $"127.0.0.{i}")).ToValueList();

        var measuring = source.MeasureAsync([Rate], pods, Token);
        for (var i = 0; i < expected; i++)
        {
            await arrived.WaitAsync(Token);
        }

        // One more would come at once if nothing held it back.
        Assert.False(await arrived.WaitAsync(TimeSpan.FromMilliseconds(100), Token));
        open.SetResult();
        var round = await measuring.WaitAsync(Token);

        Assert.Equal(expected, handler.Most);
        Assert.Equal(30, handler.Requests.Count);
        Assert.All(round.Pods, pod => Assert.Null(pod.Failure));
    }

    [Fact]
    public async Task MeasureAsync_SeveralRounds_ShareTheOverallLimit()
    {
        var arrived = new SemaphoreSlim(0);
        var open = new TaskCompletionSource();
        var handler = new FakeHandler(async (_, _) =>
        {
            arrived.Release();
            await open.Task;
            return FakeHandler.Answer("r 1\n");
        });
        using var source = Source(handler, new ScrapeOptions { MaxConcurrentPerRound = 3, MaxConcurrent = 5 });
        var pods = Enumerable.Range(1, 6).Select(i => Readings.Pod($"p{i}", $"127.0.0.{i}")).ToValueList();

        var rounds = Enumerable.Range(0, 4).Select(_ => source.MeasureAsync([Rate], pods, Token)).ToArray();
        for (var i = 0; i < 5; i++)
        {
            await arrived.WaitAsync(Token);
        }

        // One more would come at once if nothing held it back.
        Assert.False(await arrived.WaitAsync(TimeSpan.FromMilliseconds(100), Token));
        open.SetResult();
        await Task.WhenAll(rounds).WaitAsync(Token);

        Assert.Equal(5, handler.Most);
        Assert.Equal(24, handler.Requests.Count);
    }

    [Theory]
    [InlineData(SocketError.ConnectionReset, 1, 2, null)]
    [InlineData(SocketError.ConnectionReset, 2, 2, "reset the connection")]
    [InlineData(SocketError.ConnectionRefused, 1, 1, "refused the connection; nothing listens there")]
    public async Task MeasureAsync_BrokenConnection_IsTriedOnceMoreOnlyAfterAReset(SocketError error, int failures, int requests, string? expected)
    {
        var handler = new FakeHandler((_, _) => Interlocked.Decrement(ref failures) >= 0
            ? Task.FromException<HttpResponseMessage>(new HttpRequestException("sending", new IOException("reading", new SocketException((int)error))))
            : Task.FromResult(FakeHandler.Answer("r 1\n")));
        using var source = Source(handler);

        var pod = Assert.Single((await source.MeasureAsync([Rate], [Readings.Pod("a")], Token)).Pods);

        Assert.Equal(requests, handler.Requests.Count);
        Assert.Equal(expected is null ? null : $"http://127.0.0.1:15020/stats/prometheus: {expected}", pod.Failure);
    }

    [Fact]
    public async Task MeasureAsync_Request_AsksForTextAndTellsItsTimeout()
    {
        var handler = FakeHandler.Text("");
        using var source = Source(handler, new ScrapeOptions { Timeout = TimeSpan.FromMilliseconds(1500) });

        await source.MeasureAsync([Rate], [Readings.Pod("a")], Token);

        var request = Assert.Single(handler.Requests);
        Assert.Equal("text/plain; version=0.0.4", request.Headers.Accept.First().ToString());
        Assert.Equal("1.5", Assert.Single(request.Headers.GetValues("X-Prometheus-Scrape-Timeout-Seconds")));
    }

    // The source's own metrics tell what it has done, without a look inside.
    private async Task WaitForAsync(string line)
    {
        while (true)
        {
            using var text = new MemoryStream();
            await _registry.CollectAndExportAsTextAsync(text, Token);
            if (System.Text.Encoding.UTF8.GetString(text.ToArray()).Contains(line, StringComparison.Ordinal))
            {
                return;
            }

            await Task.Yield();
        }
    }
}
