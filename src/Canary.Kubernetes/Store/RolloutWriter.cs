using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Store;

/// <summary>Writes the metadata of Rollouts: our finalizer, and the end of a command. Thread-safe.</summary>
internal sealed class RolloutWriter(KubernetesApi api, Action<JsonObject> written)
{
    /// <summary>Adds our finalizer.</summary>
    public async Task AddFinalizerAsync(Subject subject, CancellationToken cancellation)
    {
        var rollout = await api.GetAsync(ResourceKind.Rollouts, subject.Namespace, subject.Key.Name, cancellation).ConfigureAwait(false);
        written(rollout);
        var finalizers = rollout.At("metadata", "finalizers") as JsonArray ?? [];
        if (rollout.UidOf() != subject.Uid || rollout.IsDeleting() || finalizers.Any(IsOurs))
        {
            return; // another object, or too late: the next look decides anew
        }

        var patch = new JsonPatchBuilder()
            .TestResourceVersion(rollout.VersionOf())
            .Add("/metadata/finalizers", new JsonArray([.. finalizers.Select(finalizer => finalizer?.DeepClone()), JsonValue.Create(Names.Finalizer)]));
        await PatchAsync(subject, patch, cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes our finalizer; others stay.</summary>
    public async Task RemoveFinalizerAsync(Subject subject, CancellationToken cancellation)
    {
        if (await api.FindAsync(ResourceKind.Rollouts, subject.Namespace, subject.Key.Name, cancellation).ConfigureAwait(false) is not { } rollout || rollout.UidOf() != subject.Uid)
        {
            return;
        }

        written(rollout);
        var finalizers = rollout.At("metadata", "finalizers") as JsonArray ?? [];
        if (finalizers.Any(IsOurs))
        {
            var patch = new JsonPatchBuilder()
                .TestResourceVersion(rollout.VersionOf())
                .Add("/metadata/finalizers", new JsonArray([.. finalizers.Where(finalizer => !IsOurs(finalizer)).Select(finalizer => finalizer?.DeepClone())]));

            // The answer is not for the cache when it shows the object for the last time.
            var stored = await SendAsync(subject, patch, cancellation).ConfigureAwait(false);
            if (!stored.IsDeleting() || finalizers.Count > 1)
            {
                written(stored);
            }
        }
    }

    /// <summary>Removes the command annotation, if it is still this command; a newer one stays.</summary>
    public async Task ClearCommandAsync(Subject subject, string raw, CancellationToken cancellation)
    {
        var annotation = JsonPointer.Of("metadata", "annotations", Names.CommandAnnotation);
        try
        {
            await PatchAsync(subject, new JsonPatchBuilder().Test(annotation, raw).Remove(annotation), cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            // the Rollout is gone, and the command with it
        }
        catch (KubernetesApiException exception) when (exception.IsTestFailed)
        {
            // a newer command stands there, or none: seeing which spares a pass on the old one
            if (await api.FindAsync(ResourceKind.Rollouts, subject.Namespace, subject.Key.Name, cancellation).ConfigureAwait(false) is { } fresh)
            {
                written(fresh);
            }
        }
    }

    private async Task PatchAsync(Subject subject, JsonPatchBuilder patch, CancellationToken cancellation) =>
        written(await SendAsync(subject, patch, cancellation).ConfigureAwait(false));

    private Task<JsonObject> SendAsync(Subject subject, JsonPatchBuilder patch, CancellationToken cancellation) =>
        api.PatchAsync(ResourceKind.Rollouts, subject.Namespace, subject.Key.Name, PatchKind.JsonPatch, patch.Build(), null, cancellation);

    private static bool IsOurs(JsonNode? finalizer) => finalizer.AsText() == Names.Finalizer;
}
