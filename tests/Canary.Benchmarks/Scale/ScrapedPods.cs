using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Canary.Benchmarks.Scale;

/// <summary>
/// The metrics of every pod, told by one server on one port: the pod is known by the loopback address that was called. A server for each pod, as the sandbox's
/// nodes have it, would be most of the machine's work with thousands of pods.
/// </summary>
internal sealed class ScrapedPods : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly KestrelServer _server;
    private readonly ListWatchCache _pods;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<IPAddress, PodCounters> _counters = new();
    private Task _following = Task.CompletedTask;
    private long _reads;

    private ScrapedPods(KubernetesApi api, int port, TimeProvider time)
    {
        _time = time;
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Listen(IPAddress.Any, port); // all of 127/8; who comes from elsewhere is turned away
        var sockets = new SocketTransportOptions { UnsafePreferInlineScheduling = true, Backlog = 4096 };
        _server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        _pods = new ListWatchCache(api, ResourceKind.Pods, null, null, new ListWatchOptions(), time, NullLogger<ListWatchCache>.Instance);
        _pods.Changed += OnChanged;
    }

    /// <summary>How often a pod was read so far.</summary>
    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>Listens, and follows the pods.</summary>
    public static async Task<ScrapedPods> StartAsync(KubernetesApi api, int port, TimeProvider time, CancellationToken cancellation)
    {
        var pods = new ScrapedPods(api, port, time);
        await pods._server.StartAsync(pods, cancellation).ConfigureAwait(false);
        pods._following = pods._pods.RunAsync(pods._stopping.Token);
        return pods;
    }

    /// <summary>A port on which nobody listens.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var connection = context.GetRequiredFeature<IHttpConnectionFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        if (connection.RemoteIpAddress is not { } caller || !IPAddress.IsLoopback(caller) || connection.LocalIpAddress is not { } address || !_counters.TryGetValue(address, out var counters))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Interlocked.Increment(ref _reads);
        var body = Encoding.UTF8.GetBytes(counters.Read(_time.GetTimestamp(), _time));
        response.Headers.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        response.Headers.ContentLength = body.Length;
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(body).ConfigureAwait(false);
    }

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        using (var now = new CancellationTokenSource())
        {
            await now.CancelAsync().ConfigureAwait(false);
            await _server.StopAsync(now.Token).ConfigureAwait(false);
        }

        _server.Dispose();
        _stopping.Dispose();
    }

    private void OnChanged(CacheChange change)
    {
        if (Address(change.Old) is { } before && change.New is null)
        {
            _counters.TryRemove(before, out _);
        }
        else if (Address(change.New) is { } now)
        {
            _counters.GetOrAdd(now, static (_, made) => new PodCounters(made.Pod, made.Started), (Pod: change.Object, Started: _time.GetTimestamp()));
        }
    }

    private static IPAddress? Address(JsonObject? pod) => IPAddress.TryParse((string?)pod?["status"]?["podIP"], out var address) ? address : null;
}
