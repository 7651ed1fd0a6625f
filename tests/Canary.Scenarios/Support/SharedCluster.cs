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
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly Lazy<Task<Running>> _running = new(StartAsync);

    internal async Task<Running> RunAsync() => await _running.Value;

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated)
        {
            await (await _running.Value).DisposeAsync();
        }
    }

    private static async Task<Running> StartAsync()
    {
        var options = new SandboxOptions
        {
            DataPlane = new DataPlaneOptions
            {
                Nodes = new NodeOptions { StartDelay = TimeSpan.FromMilliseconds(20), DrainTime = TimeSpan.FromMilliseconds(50), FirstNetwork = 90 },
                Mesh = null,
            },
            EngineArguments = ["--Scrape:Timeout=00:00:00.400", "--Engine:MeasurementTimeout=00:00:00.500"],
        };
        return new Running(await SandboxCluster.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None));
    }

    /// <summary>The cluster that runs.</summary>
    internal sealed class Running : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, Func<HttpContext, Task<bool>>> _faults = new();

        public Running(SandboxCluster cluster)
        {
            Cluster = cluster;
            Journal = new ApiJournal(cluster.ApiServer!); // its own, as no kubeconfig was given
            Person = Client("kubectl-edit");
            cluster.ApiServer!.Interceptor = async http =>
                http.Request.Path.Value!.Split('/') is var parts && Array.IndexOf(parts, "namespaces") is > 0 and var at && parts.Length > at + 1
                && _faults.TryGetValue(parts[at + 1], out var fault) && await fault(http);
        }

        public SandboxCluster Cluster { get; }

        public ApiJournal Journal { get; }

        /// <summary>A client whose writes are signed as a person's.</summary>
        public KubernetesApi Person { get; }

        /// <summary>Lets a function answer requests about one namespace instead of the server; null ends that.</summary>
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
            new FieldManagerHandler(fieldManager));

        public async ValueTask DisposeAsync()
        {
            Person.Dispose();
            await Cluster.DisposeAsync();
        }
    }
}
