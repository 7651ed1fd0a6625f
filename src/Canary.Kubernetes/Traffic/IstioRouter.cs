using System.Text.Json.Nodes;
using Canary.Core.Traffic;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;

namespace Canary.Kubernetes.Traffic;

/// <summary>Writes the patches. Every call is absolute and safe to repeat; nothing is sent when nothing would change. Thread-safe.</summary>
/// <remarks>Patches are computed from the caches; when a guard says that the object has changed, it is read and computed anew, once.</remarks>
internal sealed class IstioRouter
{
    private readonly KubernetesApi _api;
    private readonly ResourceKind _virtualServices;
    private readonly ResourceKind _destinationRules;
    private readonly Action<JsonObject> _written;

    /// <summary>Makes the router.</summary>
    /// <param name="api">The API.</param>
    /// <param name="virtualServices">VirtualServices in the version that is served.</param>
    /// <param name="destinationRules">DestinationRules in the version that is served.</param>
    /// <param name="written">Receives every object as stored or read again, so that caches need not wait for the watch;
    /// may be called by several threads at once.</param>
    public IstioRouter(KubernetesApi api, ResourceKind virtualServices, ResourceKind destinationRules, Action<JsonObject> written)
    {
        _api = api;
        _virtualServices = virtualServices;
        _destinationRules = destinationRules;
        _written = written;
    }

    /// <summary>Sets the candidate's share on every managed route. Every VirtualService is tried, whatever becomes of the others.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="objects">The objects of the caches.</param>
    /// <param name="weight">The share.</param>
    /// <param name="baseline">Whether the baseline gets its share, too.</param>
    /// <param name="cancellation">Cancels between calls.</param>
    /// <exception cref="EffectFailedException">The first failure, in the order of the spec.</exception>
    public async Task SetWeightAsync(IstioTarget target, IstioObjects objects, Weight weight, bool baseline, CancellationToken cancellation)
    {
        var writes = target.Spec.VirtualServices.Select(reference => objects.VirtualService(reference.Name) is { } virtualService
            ? WriteAsync(
                _virtualServices,
                target.Namespace,
                virtualService,
                fresh => IstioPatches.SetWeight(target, reference, fresh, weight, baseline, objects.Recorded),
                cancellation)
            : Task.FromException<JsonObject>(new EffectFailedException($"VirtualService {target.Namespace}/{reference.Name} does not exist, "
                + $"so its weights could not be set to {weight}")));
        await AllAsync([.. writes]).ConfigureAwait(false);
    }

    /// <summary>Points the subsets; creates the DestinationRule when there is none.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="objects">The objects of the caches.</param>
    /// <param name="to">What they are to select.</param>
    /// <param name="owner">The Rollout.</param>
    /// <param name="cancellation">Cancels between calls.</param>
    /// <exception cref="EffectFailedException">It could not be done.</exception>
    public async Task PointSubsetsAsync(
        IstioTarget target, IstioObjects objects, SubsetRevisions to, RolloutOwner owner, CancellationToken cancellation)
    {
        var rule = objects.DestinationRule;
        if (rule is null)
        {
            var name = $"DestinationRule {target.Namespace}/{target.Spec.DestinationRule}";
            try
            {
                var version = _destinationRules.Version;
                var body = Computed(name, () => IstioPatches.CreateDestinationRule(target, objects.Service, to, owner, version));
                _written(await _api.CreateAsync(_destinationRules, target.Namespace, body, cancellation).ConfigureAwait(false));
                return;
            }
            catch (KubernetesApiException exception) when (exception.IsAlreadyExists)
            {
                // the cache did not know it yet: it is patched like any other
                rule = await ReadAgainAsync(_destinationRules, target.Namespace, target.Spec.DestinationRule, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesApiException exception)
            {
                throw Failed($"{name} could not be created", exception);
            }
        }

        await WriteAsync(
            _destinationRules, target.Namespace, rule, fresh => IstioPatches.PointSubsets(target.Arms, fresh, objects.Service, to), cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Puts weights, then subsets, back as they were found. Objects that are gone are left out.</summary>
    /// <param name="snapshot">How they were found.</param>
    /// <param name="objects">The objects of the caches.</param>
    /// <param name="ours">The revisions that this engine may have written into subsets; null: any.</param>
    /// <param name="cancellation">Cancels between calls.</param>
    /// <exception cref="EffectFailedException">The first failure; subsets are left while weights could not be put back.</exception>
    public async Task RestoreAsync(string snapshot, IstioObjects objects, IReadOnlyCollection<Revision>? ours, CancellationToken cancellation)
    {
        var found = Computed("the recorded traffic", () => TrafficSnapshot.Read(snapshot));
        var ns = found.Arms.Namespace;
        var existing = found.Routes.Select(route => route.VirtualService).Distinct().Select(objects.VirtualService).OfType<JsonObject>();
        var restored = await AllAsync(
            [.. existing.Select(one => WriteAsync(_virtualServices, ns, one, fresh => IstioRestoration.RestoreWeights(found, fresh), cancellation))])
            .ConfigureAwait(false);

        var rule = objects.DestinationRules.Append(objects.DestinationRule).FirstOrDefault(one => one?.Name() == found.DestinationRule);
        if (rule is not null)
        {
            // the weights just written decide whether a subset of ours is still needed
            var virtualServices = restored.Concat(objects.VirtualServices.ExceptBy(restored.Select(one => one.Name()), one => one.Name())).ToArray();
            await RestoreRuleAsync(found, rule, virtualServices, ours, cancellation).ConfigureAwait(false);
        }
    }

    private async Task RestoreRuleAsync(
        TrafficSnapshot found, JsonObject rule, JsonObject[] virtualServices, IReadOnlyCollection<Revision>? ours, CancellationToken cancellation)
    {
        var ns = found.Arms.Namespace;
        if (IstioRestoration.RestoreSubsets(found, rule, virtualServices, ours).Delete)
        {
            try
            {
                var metadata = rule.Field("metadata");
                var unchanged = new DeletePreconditions(metadata.Field("uid").Text(), metadata.Field("resourceVersion").Text());
                await _api.DeleteAsync(_destinationRules, ns, rule.Name(), unchanged, cancellation).ConfigureAwait(false);
                return;
            }
            catch (KubernetesApiException exception)
            {
                throw Failed($"DestinationRule {ns}/{rule.Name()} could not be deleted", exception);
            }
        }

        await WriteAsync(
            _destinationRules, ns, rule, fresh => IstioRestoration.RestoreSubsets(found, fresh, virtualServices, ours).Patch, cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Patches one object; when it has changed since it was read, reads it again and computes anew, once.</summary>
    /// <returns>The object as it is now.</returns>
    private async Task<JsonObject> WriteAsync(
        ResourceKind kind, string ns, JsonObject resource, Func<JsonObject, JsonArray?> compute, CancellationToken cancellation)
    {
        var name = resource.Name();
        var title = $"{kind.Kind} {ns}/{name}";
        var stale = false;
        while (true)
        {
            if (Computed(title, () => compute(resource)) is not { } patch)
            {
                return resource;
            }

            try
            {
                var stored = await _api.PatchAsync(kind, ns, name, PatchKind.JsonPatch, Unwritten(resource, patch), null, cancellation).ConfigureAwait(false);
                _written(stored);
                return stored;
            }
            catch (KubernetesApiException exception) when (!stale && HasMoved(exception))
            {
                stale = true;
            }
            catch (KubernetesApiException exception)
            {
                throw Failed($"{title} could not be patched", exception);
            }

            resource = await ReadAgainAsync(kind, ns, name, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<JsonObject> ReadAgainAsync(ResourceKind kind, string ns, string name, CancellationToken cancellation)
    {
        try
        {
            var fresh = await _api.GetAsync(kind, ns, name, cancellation).ConfigureAwait(false);
            _written(fresh);
            return fresh;
        }
        catch (KubernetesApiException exception)
        {
            throw Failed($"{kind.Kind} {ns}/{name} could not be read again", exception);
        }
    }

    /// <summary>Waits for all, then throws the first failure.</summary>
    private static async Task<JsonObject[]> AllAsync(Task<JsonObject>[] writes)
    {
        await ((Task)Task.WhenAll(writes)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var results = new JsonObject[writes.Length];
        for (var index = 0; index < writes.Length; index++)
        {
            results[index] = await writes[index].ConfigureAwait(false);
        }

        return results;
    }

    private static T Computed<T>(string title, Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw new EffectFailedException($"{title}: {exception.Message}", null, exception);
        }
    }

    /// <summary>
    /// Ties a patch to the version it was computed from. The guards of the patch itself cannot tell a late one: when a replica that was frozen sends 5 % and another has gone to 50 % and
    /// back since, everything is at its place again.
    /// </summary>
    private static JsonArray Unwritten(JsonObject resource, JsonArray patch)
    {
        var version = new JsonPatchBuilder().TestUnwritten(resource).Build();
        if (!patch.Any(operation => operation.Field("path").Text() == "/metadata/resourceVersion") && version is [var test])
        {
            version.Clear();
            patch.Insert(0, test);
        }

        return patch;
    }

    private static bool HasMoved(KubernetesApiException exception) => exception.IsTestFailed || exception.IsConflict;

    private static EffectFailedException Failed(string what, KubernetesApiException exception) =>
        new($"{what}: {exception.Message}", HasMoved(exception) ? TimeSpan.Zero : exception.RetryAfter, exception);
}
