using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;

namespace Canary.Sandbox.Controllers;

/// <summary>
/// Runs the Deployment, ReplicaSet and Endpoints controllers: watches say what to look at, fresh reads say what is there, so that no controller acts on an old view.
/// </summary>
internal sealed partial class SandboxControllers : BackgroundService
{
    private const int Workers = 4;

    private static readonly ResourceKind Endpoints = new("", "v1", "endpoints", "Endpoints", true);
    private static readonly ResourceKind EndpointSlices = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true);

    private readonly KubernetesApi _api;
    private readonly ClusterCaches _caches;
    private readonly ListWatchCache _deployments;
    private readonly ListWatchCache _replicaSets;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KeyedQueue<WorkKey> _queue;
    private readonly ConcurrentDictionary<WorkKey, int> _failures = new();
    private readonly Random _random;
    private readonly Lock _drawing = new();

    /// <param name="api">The API server; not disposed.</param>
    /// <param name="caches">With Deployments and ReplicaSets; followed by their owner.</param>
    /// <param name="seed">Seed of the pods' names.</param>
    /// <param name="time">Clock of every condition and pause.</param>
    /// <param name="logger">Receives failed passes.</param>
    public SandboxControllers(KubernetesApi api, ClusterCaches caches, int seed, TimeProvider time, ILogger<SandboxControllers> logger)
    {
        _api = api;
        _caches = caches;
        _deployments = caches.Deployments ?? throw new ArgumentException("controllers need the caches of Deployments and ReplicaSets", nameof(caches));
        _replicaSets = caches.ReplicaSets!; // made together with the Deployments
        _time = time;
        _logger = logger;
        _queue = new KeyedQueue<WorkKey>(time);
        _random = new Random(seed);
        _deployments.Changed += change => Enqueue("Deployment", change.Object);
        _replicaSets.Changed += OnReplicaSet;
        caches.Pods.Changed += OnPod;
        caches.Services.Changed += change => Enqueue("Service", change.Object);
    }

    public override void Dispose()
    {
        _queue.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private static string SelectorOf(JsonObject resource) => LabelSelector.OfWorkload(resource.At("spec", "selector")).ToQuery();

    private static ResourceKind KindOf(string kind) => kind switch
    {
        "Deployment" => ResourceKind.Deployments,
        "ReplicaSet" => ResourceKind.ReplicaSets,
        "Pod" => ResourceKind.Pods,
        "Endpoints" => Endpoints,
        "EndpointSlice" => EndpointSlices,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no controller of the sandbox writes this kind"),
    };

    private void Enqueue(string kind, JsonObject resource) => _queue.Add(new WorkKey(kind, resource.Namespace(), resource.Name()));

    private void OnReplicaSet(CacheChange change)
    {
        Enqueue("ReplicaSet", change.Object);
        EnqueueOwner(change.Old, "Deployment", _deployments);
        EnqueueOwner(change.New, "Deployment", _deployments);
    }

    private void OnPod(CacheChange change)
    {
        EnqueueOwner(change.Old, "ReplicaSet", _replicaSets);
        EnqueueOwner(change.New, "ReplicaSet", _replicaSets);
        if (change.New is null && Ownership.ControllerOf(change.Old) is { } owner && _replicaSets.Get(change.Old.Namespace(), owner.Text("name")!) is { } replicaSet)
        {
            // a Recreate waits for the last old pod
            EnqueueOwner(replicaSet, "Deployment", _deployments);
        }

        foreach (var service in ClusterCaches.InNamespace(_caches.Services, change.Object.Namespace()))
        {
            var selector = LabelSelector.OfLabels(service.At("spec", "selector"));
            if (!selector.IsEmpty && (selector.Matches(change.Object.Labels()) || (change.Old is not null && selector.Matches(change.Old.Labels()))))
            {
                Enqueue("Service", service);
            }
        }
    }

    /// <summary>Wakes the owner of a dependent; an orphan wakes all who might adopt it.</summary>
    private void EnqueueOwner(JsonObject? dependent, string kind, ListWatchCache owners)
    {
        if (dependent is null)
        {
            return;
        }

        if (Ownership.ControllerOf(dependent) is { } owner)
        {
            if (owner.Text("kind") == kind)
            {
                _queue.Add(new WorkKey(kind, dependent.Namespace(), owner.Text("name") ?? ""));
            }

            return;
        }

        var labels = dependent.Labels();
        foreach (var candidate in ClusterCaches.InNamespace(owners, dependent.Namespace()))
        {
            if (LabelSelector.OfWorkload(candidate.At("spec", "selector")).Matches(labels))
            {
                Enqueue(kind, candidate);
            }
        }
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            WorkKey key;
            try
            {
                key = await _queue.TakeAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await WorkOnAsync(key, stopping).ConfigureAwait(false);
        }
    }

    private async Task WorkOnAsync(WorkKey key, CancellationToken stopping)
    {
        try
        {
            var plan = await PlanAsync(key, stopping).ConfigureAwait(false);
            foreach (var write in plan.Writes)
            {
                await SendAsync(write, stopping).ConfigureAwait(false);
            }

            _failures.TryRemove(key, out _);
            if (plan.LookAgainIn is { } delay)
            {
                _queue.AddAfter(key, delay);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the process stops; the next start reads everything again
        }
        catch (KubernetesApiException exception)
        {
            var failures = _failures.AddOrUpdate(key, 1, static (_, count) => Math.Min(count + 1, 10));
            LogPassFailed(key.Kind, key.Namespace, key.Name, failures, exception.Message);
            _queue.AddAfter(key, TimeSpan.FromMilliseconds(5 * (1 << failures)));
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            // an object that cannot be understood must not stop the others; its next change brings it back
            LogNotUnderstood(exception, key.Kind, key.Namespace, key.Name);
        }
        finally
        {
            _queue.Done(key);
        }
    }

    private async Task<SyncPlan> PlanAsync(WorkKey key, CancellationToken token)
    {
        if (key.Kind == "Service")
        {
            return await PlanEndpointsAsync(key, token).ConfigureAwait(false);
        }

        var resource = await _api.FindAsync(KindOf(key.Kind), key.Namespace, key.Name, token).ConfigureAwait(false);
        if (resource is null)
        {
            return SyncPlan.Nothing;
        }

        var selector = SelectorOf(resource);
        if (key.Kind == "ReplicaSet")
        {
            var pods = await _api.ListAsync(ResourceKind.Pods, key.Namespace, selector, token).ConfigureAwait(false);
            return ReplicaSetSync.Plan(resource, pods.Items, _time.GetUtcNow(), NewSuffix);
        }

        var replicaSets = await _api.ListAsync(ResourceKind.ReplicaSets, key.Namespace, selector, token).ConfigureAwait(false);
        var recreates = resource.Text("spec", "strategy", "type") == "Recreate";
        var old = recreates ? (await _api.ListAsync(ResourceKind.Pods, key.Namespace, selector, token).ConfigureAwait(false)).Items : [];
        return DeploymentSync.Plan(resource, replicaSets.Items, old, _time.GetUtcNow());
    }

    private async Task<SyncPlan> PlanEndpointsAsync(WorkKey key, CancellationToken token)
    {
        var endpoints = await _api.FindAsync(Endpoints, key.Namespace, key.Name, token).ConfigureAwait(false);
        if (_caches.Services.Get(key.Namespace, key.Name) is not { } service)
        {
            // the slice goes with its owner, the Endpoints object has none
            return endpoints is null ? SyncPlan.Nothing : new SyncPlan([new ClusterWrite.Delete("Endpoints", key.Namespace, key.Name, endpoints.Uid())]);
        }

        var slice = await _api.FindAsync(EndpointSlices, key.Namespace, EndpointsSync.SliceName(key.Name), token).ConfigureAwait(false);
        return EndpointsSync.Plan(service, [.. ClusterCaches.InNamespace(_caches.Pods, key.Namespace)], endpoints, slice);
    }

    private string NewSuffix()
    {
        lock (_drawing)
        {
            return PodTemplate.RandomSuffix(_random);
        }
    }

    private Task SendAsync(ClusterWrite write, CancellationToken token) => write switch
    {
        ClusterWrite.Create create => _api.CreateAsync(KindOf(create.Resource.Text("kind")!), create.Resource.Namespace(), create.Resource, token),
        ClusterWrite.Patch patch => _api.PatchAsync(KindOf(patch.Kind), patch.Namespace, patch.Name, PatchKind.MergePatch, patch.Body, patch.Subresource, token),
        ClusterWrite.Delete delete => _api.DeleteAsync(KindOf(delete.Kind), delete.Namespace, delete.Name, new DeletePreconditions(delete.Uid, null), token),
        _ => throw new ArgumentOutOfRangeException(nameof(write), write, "not a write"),
    };

    [LoggerMessage(EventId = 5200, Level = LogLevel.Debug, Message = "Repeats {Kind} {Namespace}/{Name} after failure {Failures}: {Reason}")]
    private partial void LogPassFailed(string kind, string @namespace, string name, int failures, string reason);

    [LoggerMessage(EventId = 5201, Level = LogLevel.Warning, Message = "Did not understand {Kind} {Namespace}/{Name}")]
    private partial void LogNotUnderstood(Exception exception, string kind, string @namespace, string name);
}
