using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Canary.Sandbox.ApiServer;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Sandbox.Tests.Nodes;

/// <summary>The sandbox's API server with a client of its own: writes by name, reads from caches, which know its own writes at once and trail others' a little.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly Dictionary<string, ResourceKind> Kinds = new[]
    {
        ResourceKind.Deployments, ResourceKind.ReplicaSets, ResourceKind.Pods, ResourceKind.Services, ResourceKind.VirtualServices, ResourceKind.DestinationRules,
        new("", "v1", "endpoints", "Endpoints", true),
        new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true),
    }.ToDictionary(kind => kind.Plural);

    private readonly SandboxApiServer _server;
    private readonly KubernetesApi _api;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, ListWatchCache> _caches;
    private readonly Task _following;

    private TestCluster(SandboxApiServer server)
    {
        _server = server;
        _api = new KubernetesApi(
            Configuration, new KubernetesApiOptions(), TimeProvider.System, new Random(1), global::Prometheus.Metrics.NewCustomRegistry(), NullLogger<KubernetesApi>.Instance);
        _caches = Kinds.ToDictionary(
            kind => kind.Key, kind => new ListWatchCache(_api, kind.Value, null, null, new ListWatchOptions(), TimeProvider.System, NullLogger<ListWatchCache>.Instance));
        _following = Task.WhenAll(_caches.Values.Select(cache => cache.RunAsync(_stopping.Token)));
    }

    public KubernetesClientConfiguration Configuration => new() { Host = _server.Address.ToString() };

    public static async Task<TestCluster> StartAsync(CancellationToken cancellationToken)
    {
        var cluster = new TestCluster(await SandboxApiServer.StartAsync(new SandboxApiServerOptions(), TimeProvider.System, NullLoggerFactory.Instance, cancellationToken));
        await Task.WhenAll(cluster._caches.Values.Select(cache => cache.Synced)).WaitAsync(cancellationToken);
        var shop = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "shop" } };
        await cluster._api.CreateAsync(new ResourceKind("", "v1", "namespaces", "Namespace", false), null, shop, cancellationToken);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following;
        _api.Dispose();
        await _server.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>All objects of a kind, by name.</summary>
    public List<JsonObject> All(string plural) => [.. _caches[plural].List().OrderBy(item => (string?)item["metadata"]!["name"], StringComparer.Ordinal)];

    public JsonObject? Find(string plural, string name) => _caches[plural].Get("shop", name);

    /// <summary>Creates an object, and gives it its status if it has one.</summary>
    public async Task<JsonObject> PutAsync(JsonObject resource, CancellationToken cancellationToken)
    {
        var body = (JsonObject)resource.DeepClone();
        foreach (var field in new[] { "uid", "resourceVersion", "generation", "creationTimestamp" })
        {
            body["metadata"]!.AsObject().Remove(field);
        }

        body.Remove("status", out var status);
        var kind = Kinds.Values.Single(kind => kind.Kind == (string)resource["kind"]!);
        var created = await _api.CreateAsync(kind, "shop", body, cancellationToken);
        if (status is not null)
        {
            created = await _api.PatchAsync(
                kind, "shop", (string)created["metadata"]!["name"]!, PatchKind.MergePatch, new JsonObject { ["status"] = status }, "status", cancellationToken);
        }

        _caches[kind.Plural].Offer(created);
        return created;
    }

    public async Task PatchAsync(string plural, string name, string json, CancellationToken cancellationToken) =>
        _caches[plural].Offer(await _api.PatchAsync(Kinds[plural], "shop", name, PatchKind.MergePatch, JsonNode.Parse(json)!, null, cancellationToken));

    public Task DeleteAsync(string plural, string name, CancellationToken cancellationToken) => _api.DeleteAsync(Kinds[plural], "shop", name, null, cancellationToken);
}
