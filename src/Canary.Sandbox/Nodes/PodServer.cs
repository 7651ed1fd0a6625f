using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Canary.Sandbox.Nodes;

/// <summary>
/// A pod on the network: the program's port and the sidecar's, on an address of its own. A bare Kestrel without host or middleware, which starts in milliseconds.
/// Requests may come at once; start and stop belong to one caller.
/// </summary>
internal sealed class PodServer : IHttpApplication<IFeatureCollection>, IDisposable
{
    // two sandboxes on one machine draw from the same range and skip what the other holds
    private const int AddressAttempts = 2000;

    private static readonly ConcurrentDictionary<string, WorkloadLabels?> Peers = new(StringComparer.Ordinal);

    private readonly PodWorkload _workload;
    private readonly double _latencyFactor;
    private readonly int _sidecarPort;
    private readonly TimeProvider _time;
    private readonly KestrelServer _server;

    private PodServer(PodWorkload workload, IPAddress address, int port, NodeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _workload = workload;
        _latencyFactor = options.LatencyFactor;
        _sidecarPort = options.SidecarPort;
        _time = time;
        Address = address;
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(address, port);
        kestrel.Listen(address, _sidecarPort);

        // the program only waits on timers, so it may run where the socket's bytes arrive
        var sockets = new SocketTransportOptions { UnsafePreferInlineScheduling = true, IOQueueCount = 1 };
        _server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(sockets), loggers), loggers);
    }

    public IPAddress Address { get; }

    /// <summary>Listens on the next free address.</summary>
    /// <exception cref="IOException">The port cannot be listened on, for another reason than being taken.</exception>
    public static async Task<PodServer> StartAsync(
        PodWorkload workload, PodAddresses addresses, int port, NodeOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = new PodServer(workload, addresses.Next(), port, options, time, loggers);
            try
            {
                await server._server.StartAsync(server, cancellationToken).ConfigureAwait(false);
                return server;
            }
            catch (IOException exception) when (exception.InnerException is AddressInUseException && attempt < AddressAttempts)
            {
                server.Dispose();
            }
            catch (Exception)
            {
                server.Dispose();
                throw;
            }
        }
    }

    /// <summary>Stops listening, lets requests under way end, and cuts them off when the token says so.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose() => _server.Dispose();

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
        // the features are the server's own
    }

    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        var path = context.GetRequiredFeature<IHttpRequestFeature>().Path;
        if (context.GetRequiredFeature<IHttpConnectionFeature>().LocalPort == _sidecarPort)
        {
            return path switch
            {
                "/stats/prometheus" => WriteMetricsAsync(context, _workload.WriteSidecarMetrics),
                "/healthz/ready" => Task.CompletedTask,
                _ => NotFound(context),
            };
        }

        return path switch
        {
            "/metrics" => WriteMetricsAsync(context, _workload.WriteAppMetrics),
            "/healthz" or "/readyz" => Task.CompletedTask,
            _ => ServeAsync(context),
        };
    }

    private static Task NotFound(IFeatureCollection context)
    {
        context.GetRequiredFeature<IHttpResponseFeature>().StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private async Task WriteMetricsAsync(IFeatureCollection context, Action<StringBuilder> write)
    {
        switch (_workload.Metrics)
        {
            case MetricsHealth.Fails:
                context.GetRequiredFeature<IHttpResponseFeature>().StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case MetricsHealth.Hangs:
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
        }

        var text = new StringBuilder(16 * 1024);
        write(text);
        context.GetRequiredFeature<IHttpResponseFeature>().Headers.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(Encoding.UTF8.GetBytes(text.ToString())).ConfigureAwait(false);
    }

    private async Task ServeAsync(IFeatureCollection context)
    {
        var headers = context.GetRequiredFeature<IHttpRequestFeature>().Headers;
        var source = headers.TryGetValue(PeerIdentity.PeerHeader, out var peer) ? PeerOf(peer.ToString()) : null;
        var service = headers.TryGetValue(PeerIdentity.OperationHeader, out var operation) ? PeerIdentity.ParseOperation(operation.ToString()) : null;
        var reply = _workload.Draw();
        var started = _time.GetTimestamp();
        var wait = reply.ServiceTime * _latencyFactor;
        if (wait > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(wait, _time, context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _workload.RecordDisconnect(_time.GetElapsedTime(started), source, service);
                return;
            }
        }

        // counted before the answer leaves: whoever has the answer can read it in the metrics
        _workload.Record(reply, source, service);
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = reply.Code;
        var body = reply.Code < 500 ? "ok\n"u8 : "error\n"u8;
        response.Headers.ContentLength = body.Length;
        var writer = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        body.CopyTo(writer.GetSpan(body.Length));
        writer.Advance(body.Length);
        await writer.FlushAsync().ConfigureAwait(false);
    }

    private static WorkloadLabels? PeerOf(string header)
    {
        if (Peers.TryGetValue(header, out var known))
        {
            return known;
        }

        // what callers send is not bounded, what is kept is
        return Peers.Count < 1000 ? Peers.GetOrAdd(header, PeerIdentity.Parse) : PeerIdentity.Parse(header);
    }
}
