using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Traffic;

namespace Canary.Kubernetes.Store;

/// <summary>Reads and moves a rollout's traffic through Istio's objects. Thread-safe.</summary>
/// <param name="caches">Where the objects are read.</param>
/// <param name="clusterDomain">What ends every host name of the cluster.</param>
internal sealed class RolloutTraffic(ClusterCaches caches, string clusterDomain)
{
    private readonly ConditionalWeakTable<RolloutSpec, Memory> _observed = [];

    /// <summary>Reads the routes from the caches.</summary>
    /// <param name="ns">The Rollout's namespace.</param>
    /// <param name="spec">The spec that leads; null when there never was a valid one.</param>
    /// <param name="status">The status that was read.</param>
    public TrafficObservation Observe(string ns, RolloutSpec? spec, RolloutStatus status)
    {
        var recorded = status.Original?.Traffic;
        if (spec is null)
        {
            return new TrafficObservation();
        }

        foreach (var cache in new[] { caches.VirtualServices, caches.DestinationRules })
        {
            if (!cache.Synced)
            {
                return new TrafficObservation
                {
                    Problems =
                    [
                        new Problem("spec.traffic.istio", $"the cluster does not serve {cache.Kind.Kind}s of {cache.Kind.Group}; install Istio, or its resource definitions at least"),
                    ],
                };
            }
        }

        // The checks between objects look at the whole namespace: what they read decides whether they have to be made again.
        var objects = Objects(ns, spec, recorded);
        var target = Target(ns, spec, status);
        JsonObject?[] inputs =
        [
            objects.Service, objects.DestinationRule, .. spec.Traffic.VirtualServices.Select(reference => objects.VirtualService(reference.Name)),
            .. objects.VirtualServices, .. objects.DestinationRules,
        ];
        if (_observed.TryGetValue(spec, out var memory) && memory.Recorded == recorded && memory.Baseline == target.Baseline && memory.Inputs.AsSpan().SequenceEqual(inputs))
        {
            return memory.Traffic;
        }

        var observed = IstioTraffic.Observe(target, objects).Traffic;
        _observed.AddOrUpdate(spec, new Memory(recorded, target.Baseline, inputs, observed));
        return observed;
    }

    /// <summary>Applies an effect on traffic.</summary>
    /// <param name="api">The API, fenced.</param>
    /// <param name="snapshot">What was decided on.</param>
    /// <param name="effect">The effect.</param>
    /// <param name="cancellation">Cancels between calls.</param>
    public async Task ApplyAsync(KubernetesApi api, Snapshot snapshot, Effect effect, CancellationToken cancellation)
    {
        var observation = snapshot.Observation;
        var spec = observation.Spec ?? observation.Status.Plan ?? throw new EffectFailedException($"Rollout {observation.Key} names no routes");
        var ns = observation.Key.Namespace;
        var target = Target(ns, spec, observation.Status);
        var objects = Objects(ns, spec, observation.Status.Original?.Traffic);
        var router = new IstioRouter(api, caches.VirtualServices.Kind, caches.DestinationRules.Kind, caches.Offer);
        switch (effect)
        {
            case Effect.SetWeight setWeight:
                await router.SetWeightAsync(target, objects, setWeight.To, setWeight.Baseline, cancellation).ConfigureAwait(false);
                break;
            case Effect.PointSubsets point:
                await router.PointSubsetsAsync(target, objects, new SubsetRevisions(point.Stable, point.Candidate, point.Baseline), new RolloutOwner(observation.Key.Name, snapshot.Uid), cancellation).ConfigureAwait(false);
                break;
            case Effect.RestoreTraffic restore:
                await router.RestoreAsync(restore.Snapshot, objects, null, cancellation).ConfigureAwait(false);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect), effect, "is no effect on traffic");
        }
    }

    private IstioTarget Target(string ns, RolloutSpec spec, RolloutStatus status) => new(spec.Traffic, ns, spec.Service, clusterDomain)
    {
        Baseline = spec.Analysis.Baseline == BaselineKind.Fresh ? BaselineRole.Required : status.Traffic?.Baseline is null ? BaselineRole.None : BaselineRole.Kept,
    };

    private IstioObjects Objects(string ns, RolloutSpec spec, string? recorded) => new()
    {
        VirtualService = name => caches.VirtualServices.Get(ns, name),
        DestinationRule = caches.DestinationRules.Get(ns, spec.Traffic.DestinationRule),
        Service = caches.Services.Get(ns, spec.Service),
        VirtualServices = caches.VirtualServices.In(ns),
        DestinationRules = caches.DestinationRules.In(ns),
        Recorded = recorded,
    };

    private sealed record Memory(string? Recorded, BaselineRole Baseline, JsonObject?[] Inputs, TrafficObservation Traffic);
}
