using System.Collections.Concurrent;
using Canary.Kubernetes.Api;
using Canary.Sandbox;
using Canary.Sandbox.Controllers;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Support;
using k8s;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace Canary.Scenarios.Support;

/// <summary>One cluster with the real engine for all scenarios, each in a namespace of its own; started by the first that asks.</summary>
public class SharedCluster : IAsyncDisposable
{
    private readonly Lazy<Task<Running>> _running;

    public SharedCluster() => _running = new(StartAsync);

    internal async Task<Running> RunAsync() => await _running.Value;

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated && _running.Value.IsCompletedSuccessfully)
        {
            await (await _running.Value).DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected static SandboxOptions Options(byte network) => new()
    {
        DataPlane = new DataPlaneOptions
        {
            Nodes = new NodeOptions { StartDelay = TimeSpan.FromMilliseconds(20), DrainTime = TimeSpan.FromMilliseconds(50), FirstNetwork = network },
            Mesh = null,
        },
        EngineArguments = ["--Scrape:Timeout=00:00:00.400", "--Engine:MeasurementTimeout=00:00:00.500"],
    };

    private protected virtual Task<Running> StartAsync() => StartAsync(Options(90));

    /// <summary>Starts a sandbox of a test's own, without an engine.</summary>
    /// <param name="network">Second byte of the nodes' addresses.</param>
    /// <param name="arguments">Further configuration of the engine.</param>
    internal static Task<Running> StartAsync(byte network, params string[] arguments)
    {
        var options = Options(network);
        return StartAsync(options with { Engine = false, EngineArguments = [.. options.EngineArguments, .. arguments] });
    }

    private static async Task<Running> StartAsync(SandboxOptions options)
    {
        var running = new Running(await SandboxCluster.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None), null);
        var server = running.Cluster.ApiServer!; // its own, as no kubeconfig was given
        server.RequestCompleted += (_, seen) => running.Journal.Note(seen);
        server.Interceptor = running.FaultsAsync;
        return running;
    }

    /// <summary>The cluster that runs.</summary>
    internal sealed class Running : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, Func<HttpContext, Task<bool>>> _faults = new();

        private readonly IAsyncDisposable? _server;

        /// <param name="cluster">What runs.</param>
        /// <param name="server">What it runs against and goes with it; null for its own.</param>
        public Running(SandboxCluster cluster, IAsyncDisposable? server)
        {
            Cluster = cluster;
            _server = server;
            Person = Client("kubectl-edit");
        }

        public SandboxCluster Cluster { get; }

        public ApiJournal Journal { get; } = new();

        /// <summary>A client whose writes are signed as a person's.</summary>
        public KubernetesApi Person { get; }

        /// <summary>Whether the API server is a real one, whose controllers' requests nobody sees.</summary>
        public bool IsReal => _server is not null;

        /// <summary>Answers a request if there is a fault for its namespace.</summary>
        public async Task<bool> FaultsAsync(HttpContext http) =>
            http.Request.Path.Value!.Split('/') is var parts && Array.IndexOf(parts, "namespaces") is > 0 and var at && parts.Length > at + 1
            && _faults.TryGetValue(parts[at + 1], out var fault) && await fault(http);

        /// <summary>Lets a function answer requests about one namespace instead of the server, of a real one those of the engine only; null ends that.</summary>
        public void Fault(string ns, Func<HttpContext, Task<bool>>? fault)
        {
            if (fault is null)
            {
                _faults.TryRemove(ns, out _);
            }
            else
            {
                _faults[ns] = fault;
            }
        }

        /// <summary>A client that writes as somebody.</summary>
        public KubernetesApi Client(string fieldManager) => new(
            KubernetesClientConfiguration.BuildConfigFromConfigFile(Cluster.Kubeconfig),
            new KubernetesApiOptions(),
            TimeProvider.System,
            new Random(3),
            global::Prometheus.Metrics.NewCustomRegistry(),
            NullLogger<KubernetesApi>.Instance,
            IsReal ? [new FieldManagerHandler(fieldManager), new ClientSight(this, faults: false)] : [new FieldManagerHandler(fieldManager)]);

        public async ValueTask DisposeAsync()
        {
            Person.Dispose();
            await Cluster.DisposeAsync();
            if (_server is { } server)
            {
                await server.DisposeAsync();
            }
        }
    }
}
