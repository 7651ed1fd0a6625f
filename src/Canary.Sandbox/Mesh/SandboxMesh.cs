using System.Net;
using System.Text;
using Canary.Kubernetes.Watching;
using Canary.Sandbox.Controllers;
using Canary.Sandbox.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Canary.Sandbox.Mesh;

/// <summary>
/// The mesh: one proxy that routes by the cluster's VirtualServices, DestinationRules, Services and pods as Istio does at a client's sidecar.
/// Start and stop belong to one caller.
/// </summary>
internal sealed partial class SandboxMesh : BackgroundService, IHttpApplication<HttpContext>
{
    private readonly ClusterCaches _caches;
    private readonly ILogger _logger;
    private readonly ServiceProvider _services;
    private readonly HttpMessageInvoker _client;
    private readonly MirrorSender _mirrors;
    private readonly MeshProxy _proxy;
    private readonly KestrelServer _server;
    private int _statsPort;

    /// <param name="caches">With VirtualServices and DestinationRules; followed by their owner.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">Clock of every wait and measurement.</param>
    /// <param name="loggers">Makes the loggers.</param>
    public SandboxMesh(ClusterCaches caches, MeshOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _caches = caches;
        _logger = loggers.CreateLogger<SandboxMesh>();
        var virtualServices = caches.VirtualServices ?? throw new ArgumentException("the mesh needs the caches of VirtualServices and DestinationRules", nameof(caches));
        var compiler = new MeshCompiler(options, (virtualService, exception) => LogSkipped(exception, virtualService.Namespace(), virtualService.Name()));
        Configs = new ConfigDistributor(() => compiler.Compile(Snapshot()), options.PropagationDelay, time);
        foreach (var cache in new[] { virtualServices, caches.DestinationRules!, caches.Services, caches.Pods })
        {
            // the rules' cache is made together with the VirtualServices'
            cache.Changed += _ => Configs.NoteChange();
        }

        _services = new ServiceCollection().AddSingleton(loggers).AddLogging().AddSingleton(time).AddHttpForwarder().BuildServiceProvider();
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(1),
        });
        _mirrors = new MirrorSender(_client);
        _proxy = new MeshProxy(options, Configs, _services.GetRequiredService<IHttpForwarder>(), _client, _mirrors, Metrics, time);
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Listen(IPAddress.Loopback, options.Port);
        kestrel.Listen(IPAddress.Loopback, options.StatsPort);
        _server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), loggers), loggers);
    }

    /// <summary>Where clients send their requests, with the service in the Host header. Known once started.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Where the proxy's own metrics are. Known once started.</summary>
    public Uri StatsAddress { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>What the proxy reports, <c>reporter="source"</c>.</summary>
    public IstioMetrics Metrics { get; } = new("source");

    /// <summary>The way of configurations to the proxy.</summary>
    public ConfigDistributor Configs { get; }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(this, cancellationToken).ConfigureAwait(false);
        Uri[] addresses = [.. _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => new Uri(address))];
        (Address, StatsAddress) = (addresses[0], new Uri(addresses[1], "/stats/prometheus"));
        _statsPort = addresses[1].Port;
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await _server.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
        _services.Dispose();
        base.Dispose();
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures) { RequestServices = _services };

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // nothing is scoped to a request
    }

    public Task ProcessRequestAsync(HttpContext context) => context.Connection.LocalPort == _statsPort ? WriteStatsAsync(context) : _proxy.HandleAsync(context);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Configs.NoteChange();
        try
        {
            await Task.WhenAll(Configs.RunAsync(stoppingToken), _mirrors.RunAsync(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // asked to stop
        }
    }

    private MeshSnapshot Snapshot() => new(_caches.VirtualServices!.List(), _caches.DestinationRules!.List(), _caches.Services.List(), _caches.Pods.List()); // checked in the constructor

    private Task WriteStatsAsync(HttpContext context)
    {
        var text = new StringBuilder(16 * 1024);
        Metrics.Write(text);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    [LoggerMessage(EventId = 5300, Level = LogLevel.Warning, Message = "Left VirtualService {Namespace}/{Name} out of the mesh")]
    private partial void LogSkipped(Exception exception, string @namespace, string name);
}
