using System.Net;
using System.Text;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Tests.Api;
using Canary.Kubernetes.Watching;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Canary.Kubernetes.Tests.Api.ApiHarness;

namespace Canary.Kubernetes.Tests.Watching;

/// <summary>The same over a real connection: what the fake connection of the other tests takes for granted.</summary>
public sealed class ListWatchCacheSocketTests
{
    [Fact]
    public async Task RunAsync_RealConnection_StreamsLinesSurvivesAbortAndStopsWhileSilent()
    {
        using var listener = Listen(out var address);
        using var api = new KubernetesApi(
            new KubernetesClientConfiguration { Host = address, AccessToken = "secret" },
            new KubernetesApiOptions(),
            TimeProvider.System,
            new Random(7),
            global::Prometheus.Metrics.NewCustomRegistry(),
            NullLogger<KubernetesApi>.Instance);
        var cache = new ListWatchCache(
            api,
            ResourceKind.Deployments,
            "shop",
            null,
            new ListWatchOptions { InitialBackoff = TimeSpan.FromMilliseconds(5), ShortWatch = TimeSpan.Zero },
            TimeProvider.System,
            NullLogger<ListWatchCache>.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = cache.RunAsync(stop.Token);

        var list = await NextAsync(listener);
        Assert.Equal("Bearer secret", list.Request.Headers["Authorization"]);
        await WriteAsync(list, $$"""{"metadata":{"resourceVersion":"10"},"items":[{{Deployment("a", 5)}}]}""");
        list.Response.Close();
        var first = await NextAsync(listener);
        await WriteAsync(first, $$"""{"type":"ADDED","object":{{Deployment("b", 11)}}}""" + "\n");
        await Eventually.HoldsAsync(() => cache.Get("shop", "b") is not null);
        first.Response.Abort();
        var second = await NextAsync(listener);
        await WriteAsync(second, $$"""{"type":"DELETED","object":{{Deployment("b", 12)}}}""" + "\n");
        await Eventually.HoldsAsync(() => cache.Get("shop", "b") is null);
        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal("11", second.Request.QueryString["resourceVersion"]);
        Assert.Single(cache.List());
    }

    [Fact]
    public async Task GetAsync_NobodyListens_FailsAsConnectionThatWasNeverMade()
    {
        using (Listen(out var address))
        {
            using var api = new KubernetesApi(
                new KubernetesClientConfiguration { Host = address.Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal) },
                new KubernetesApiOptions { Attempts = 1 },
                TimeProvider.System,
                new Random(7),
                global::Prometheus.Metrics.NewCustomRegistry(),
                NullLogger<KubernetesApi>.Instance);

            var failure = await Assert.ThrowsAsync<KubernetesApiException>(
                () => api.GetAsync(ResourceKind.Pods, "shop", "a", TestContext.Current.CancellationToken));

            Assert.Equal(KubernetesApiException.ConnectionReason, failure.Reason);
            Assert.True(failure.WasNotExecuted);
        }
    }

    private static HttpListener Listen(out string address)
    {
        for (var port = 20480; ; port++)
        {
            var listener = new HttpListener();
            address = $"http://127.0.0.1:{port}/";
            listener.Prefixes.Add(address);
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException) when (port < 21480)
            {
                listener.Close(); // taken; the next one may be free
            }
        }
    }

    private static async Task<HttpListenerContext> NextAsync(HttpListener listener)
    {
        var context = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        context.Response.SendChunked = true;
        return context;
    }

    private static async Task WriteAsync(HttpListenerContext context, string text)
    {
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        await context.Response.OutputStream.FlushAsync(TestContext.Current.CancellationToken);
    }
}
