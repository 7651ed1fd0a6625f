using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;

namespace Canary.Sandbox.Controllers;

/// <summary>What controllers, nodes and mesh follow of the cluster, each kind once. Thread-safe; <see cref="RunAsync"/> runs once.</summary>
internal sealed class ClusterCaches
{
    private const string ByNamespace = "namespace";

    private readonly List<ListWatchCache> _all;

    /// <param name="api">The API server; not disposed.</param>
    /// <param name="mesh">The served kinds of VirtualService and DestinationRule; null leaves both out.</param>
    /// <param name="controllers">Whether to follow Deployments and ReplicaSets too.</param>
    /// <param name="time">Clock of timeouts and pauses.</param>
    /// <param name="loggers">Makes the loggers.</param>
    public ClusterCaches(
        KubernetesApi api, (ResourceKind VirtualServices, ResourceKind DestinationRules)? mesh, bool controllers, TimeProvider time, ILoggerFactory loggers)
    {
        ListWatchCache Follow(ResourceKind kind)
        {
            var cache = new ListWatchCache(api, kind, null, null, new ListWatchOptions(), time, loggers.CreateLogger<ListWatchCache>());
            cache.AddIndex(ByNamespace, resource => [resource.Namespace()]);
            return cache;
        }

        Pods = Follow(ResourceKind.Pods);
        Services = Follow(ResourceKind.Services);
        _all = [Pods, Services];
        if (controllers)
        {
            Deployments = Follow(ResourceKind.Deployments);
            ReplicaSets = Follow(ResourceKind.ReplicaSets);
            _all.AddRange([Deployments, ReplicaSets]);
        }

        if (mesh is { } kinds)
        {
            VirtualServices = Follow(kinds.VirtualServices);
            DestinationRules = Follow(kinds.DestinationRules);
            _all.AddRange([VirtualServices, DestinationRules]);
        }
    }

    public ListWatchCache Pods { get; }

    public ListWatchCache Services { get; }

    public ListWatchCache? Deployments { get; }

    public ListWatchCache? ReplicaSets { get; }

    public ListWatchCache? VirtualServices { get; }

    public ListWatchCache? DestinationRules { get; }

    /// <summary>Completes when every kind has been listed once.</summary>
    public Task Synced => Task.WhenAll(_all.Select(cache => cache.Synced));

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(_all.Select(cache => cache.RunAsync(cancellationToken)));

    public static IReadOnlyCollection<JsonObject> InNamespace(ListWatchCache cache, string @namespace) => cache.Lookup(ByNamespace, @namespace);
}
