using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Store;
using Canary.Kubernetes.Tests.Api;
using Canary.Kubernetes.Tests.Traffic;
using Canary.Kubernetes.Watching;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Kubernetes.Tests.Store;

/// <summary>A shop with one Rollout, its workload and routes, in a cluster in memory; and the adapter over it.</summary>
internal sealed class ShopHarness : IAsyncDisposable
{
    private readonly KubernetesApi _api;

    public ShopHarness(string? ns = null)
    {
        _api = new KubernetesApi(
            new KubernetesClientConfiguration { Host = "http://127.0.0.1:1/" },
            new KubernetesApiOptions { Attempts = 1 },
            Time,
            new Random(7),
            global::Prometheus.Metrics.NewCustomRegistry(),
            NullLogger<KubernetesApi>.Instance,
            Cluster);
        Caches = new ClusterCaches(_api, ns, new ListWatchOptions(), Time, NullLoggerFactory.Instance);
        var traffic = new RolloutTraffic(_api, Caches, "cluster.local");
        Store = new KubernetesRolloutStore(_api, Caches, new SnapshotReader(Caches, traffic), NullLogger<KubernetesRolloutStore>.Instance);
        Store.Changed += (key, urgent) => Changes.Enqueue((key, urgent));
        Applier = new KubernetesEffectApplier(_api, Caches, traffic, Time);

        foreach (var resource in MeshYaml.All(Shop))
        {
            Put(resource);
        }

        H1 = TemplateHash.Of(Cluster.Find("deployments", "checkout")!["spec"]!["template"]!.AsObject());
        Put(ReplicaSet("checkout-h1", "h1", "Deployment", "uid-Deployment-checkout", 2));
    }

    public static RolloutKey Key { get; } = new("shop", "checkout");

    public FakeClock Time { get; } = new();

    public FakeCluster Cluster { get; } = new();

    public KubernetesApi Api => _api;

    public ClusterCaches Caches { get; }

    public KubernetesRolloutStore Store { get; }

    public KubernetesEffectApplier Applier { get; }

    /// <summary>Our own hash of the template of v1; the Deployment's controller labelled its ReplicaSet <c>h1</c>.</summary>
    public string H1 { get; }

    public ConcurrentQueue<(RolloutKey Key, bool Urgent)> Changes { get; } = [];

    public DateTimeOffset Noon { get; } = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<ShopHarness> StartAsync()
    {
        await Caches.StartAsync(Cancellation);
        await Store.Ready.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        await Eventually.HoldsAsync(() => !Changes.IsEmpty);
        return this;
    }

    public Snapshot Snapshot() => Store.Observe(Key, Noon)!;

    public Task ApplyAsync(Effect effect) => Applier.ApplyAsync(Snapshot(), effect, Cancellation);

    public Task<EffectFailedException> FailsAsync(Effect effect) => Assert.ThrowsAsync<EffectFailedException>(() => ApplyAsync(effect));

    /// <summary>Waits until the adapter sees what the test just did behind its back.</summary>
    public Task SeesAsync(Func<Snapshot, bool> condition) => Eventually.HoldsAsync(() => Store.Observe(Key, Noon) is { } snapshot && condition(snapshot));

    public JsonObject Put(JsonObject resource) => Cluster.Put($"{((string)resource["kind"]!).ToLowerInvariant()}s", resource);

    public JsonObject ReplicaSet(string name, string hash, string ownerKind, string ownerUid, int replicas, string image = "shop/checkout:v1") => MeshYaml.One($$$"""
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata:
          name: {{{name}}}
          namespace: shop
          labels: {app: checkout, pod-template-hash: {{{hash}}}}
          annotations: {deployment.kubernetes.io/revision: "3"}
          ownerReferences: [{apiVersion: v1, kind: {{{ownerKind}}}, name: checkout, uid: {{{ownerUid}}}, controller: true, blockOwnerDeletion: true}]
        spec:
          replicas: {{{replicas}}}
          selector: {matchLabels: {app: checkout, pod-template-hash: {{{hash}}}}}
          template:
            metadata: {labels: {app: checkout, pod-template-hash: {{{hash}}}}, creationTimestamp: null}
            spec: {containers: [{name: app, image: "{{{image}}}"}]}
        status: {replicas: {{{replicas}}}, readyReplicas: {{{replicas}}}, availableReplicas: {{{replicas}}}}
        """);

    public static JsonObject Pod(string name, string replicaSet, string status, string annotations = "{}") => MeshYaml.One($$$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{{name}}}
          namespace: shop
          annotations: {{{annotations}}}
          ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: {{{replicaSet}}}, uid: uid-ReplicaSet-{{{replicaSet}}}, controller: true}]
        spec: {containers: [{name: app, ports: [{name: http, containerPort: 8080}]}]}
        status: {{{status}}}
        """);

    public async ValueTask DisposeAsync()
    {
        await Caches.StopAsync(CancellationToken.None);
        Caches.Dispose();
        _api.Dispose();
        Cluster.Dispose();
    }

    private const string Shop = """
        apiVersion: canary.dev/v1alpha1
        kind: Rollout
        metadata: {name: checkout, namespace: shop, annotations: {owner: ann}}
        spec:
          workloadRef: {name: checkout}
          service: checkout
          traffic: {istio: {virtualServices: [{name: checkout}]}}
          analysis: {templates: [{name: golden, clusterScope: true}]}
        ---
        apiVersion: canary.dev/v1alpha1
        kind: ClusterAnalysisTemplate
        metadata: {name: golden}
        spec:
          metrics:
            - name: errors
              errorRate: {requests: [requests_total], errors: ['requests_total{code=~"5.."}']}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: checkout, namespace: shop}
        spec:
          replicas: 2
          paused: true
          minReadySeconds: 3
          selector: {matchLabels: {app: checkout}}
          strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 30%, maxUnavailable: 0}}
          template:
            metadata: {labels: {app: checkout}}
            spec: {containers: [{name: app, image: "shop/checkout:v1"}]}
        status: {observedGeneration: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: checkout, namespace: shop}
        spec: {selector: {app: checkout}, ports: [{name: http, port: 80}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: checkout, namespace: shop}
        spec:
          hosts: [checkout]
          http:
            - name: primary
              route:
                - {destination: {host: checkout, subset: stable}, weight: 100}
                - {destination: {host: checkout, subset: canary}, weight: 0}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: checkout, namespace: shop}
        spec:
          host: checkout
          subsets:
            - {name: stable, labels: {app: checkout, pod-template-hash: h1}}
            - {name: canary, labels: {app: checkout, pod-template-hash: h1}}
        """;
}
