using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Store;

namespace Canary.Kubernetes.Workloads;

/// <summary>Writes Deployments and ReplicaSets. Every call reads afresh what it stands on, is absolute and safe to repeat. Thread-safe.</summary>
/// <param name="api">The API.</param>
/// <param name="written">Receives every object as stored or read again, so that caches need not wait for the watch.</param>
internal sealed class WorkloadWriter(KubernetesApi api, Action<JsonObject> written)
{
    /// <summary>Creates the candidate's ReplicaSet.</summary>
    public async Task CreateAsync(Subject subject, Effect.CreateReplicaSet effect, CancellationToken cancellation)
    {
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        var hash = WorkloadReading.HashOf(deployment);
        if (hash != effect.Revision.Hash)
        {
            throw Moved($"Deployment {subject.DeploymentKey} asks for revision {hash} by now, no longer for {effect.Revision}");
        }

        var body = WorkloadPatches.CreateReplicaSet(deployment, effect.Revision, effect.Replicas, subject.Key, subject.Uid);
        var name = body.NameOf();
        try
        {
            written(await api.CreateAsync(ResourceKind.ReplicaSets, subject.Namespace, body, cancellation).ConfigureAwait(false));
        }
        catch (KubernetesApiException exception) when (exception.IsAlreadyExists)
        {
            var found = await ReplicaSetAsync(subject, name, cancellation).ConfigureAwait(false);
            var owner = found.ControllerUid();
            if (owner != subject.Uid && owner != deployment.UidOf())
            {
                throw new EffectFailedException(
                    $"ReplicaSet {subject.Namespace}/{name} exists already and belongs to {found.Controller().At("kind").AsText() ?? "nobody"} {found.Controller().At("name").AsText()}; "
                    + "delete it, or change the Deployment's template",
                    null,
                    exception);
            }

            if (found.IsDeleting())
            {
                throw Moved($"ReplicaSet {subject.Namespace}/{name} is still being deleted", TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>Creates a fresh baseline's ReplicaSet.</summary>
    public async Task CreateBaselineAsync(Subject subject, Effect.CreateBaseline effect, CancellationToken cancellation)
    {
        var of = await ReplicaSetAsync(subject, effect.Of, cancellation).ConfigureAwait(false);
        RequireOurs(subject, of, await FindDeploymentAsync(subject, cancellation).ConfigureAwait(false));
        try
        {
            var body = WorkloadPatches.CreateBaseline(of, effect, subject.Key, subject.Uid);
            written(await api.CreateAsync(ResourceKind.ReplicaSets, subject.Namespace, body, cancellation).ConfigureAwait(false));
        }
        catch (KubernetesApiException exception) when (exception.IsAlreadyExists)
        {
            var found = await ReplicaSetAsync(subject, effect.Name, cancellation).ConfigureAwait(false);
            if (found.ControllerUid() != subject.Uid)
            {
                throw new EffectFailedException($"ReplicaSet {subject.Namespace}/{effect.Name} exists already and is not the Rollout's; delete it", null, exception);
            }

            if (found.IsDeleting())
            {
                throw Moved($"ReplicaSet {subject.Namespace}/{effect.Name} is still being deleted", TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>Scales a ReplicaSet.</summary>
    public async Task ScaleAsync(Subject subject, Effect.ScaleReplicaSet effect, CancellationToken cancellation)
    {
        var replicaSet = await ReplicaSetAsync(subject, effect.Name, cancellation).ConfigureAwait(false);
        if (replicaSet.ControllerUid() != subject.Uid)
        {
            RequireOurs(subject, replicaSet, await FindDeploymentAsync(subject, cancellation).ConfigureAwait(false));
        }

        if (WorkloadReading.Replicas(replicaSet) != effect.Replicas)
        {
            await PatchReplicaSetAsync(subject, effect.Name, WorkloadPatches.Scale(replicaSet, effect.Replicas), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a ReplicaSet without pods from the Deployment.</summary>
    public async Task CheckOutAsync(Subject subject, Effect.CheckOut effect, CancellationToken cancellation)
    {
        var replicaSet = await ReplicaSetAsync(subject, effect.Name, cancellation).ConfigureAwait(false);
        if (replicaSet.ControllerUid() == subject.Uid)
        {
            return;
        }

        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        RequireOurs(subject, replicaSet, deployment);
        if (WorkloadReading.Replicas(replicaSet) > 0)
        {
            throw Moved($"ReplicaSet {subject.Namespace}/{effect.Name} has been scaled up meanwhile, and the Deployment must keep what serves");
        }

        if (!deployment.At("spec", "paused").IsTrue())
        {
            throw Moved($"Deployment {subject.DeploymentKey} is not paused, so its controller would make the ReplicaSet again");
        }

        var patch = WorkloadPatches.ChangeOwner(replicaSet, Ownership.ByRollout(subject.Key, subject.Uid));
        await PatchReplicaSetAsync(subject, effect.Name, patch, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives a ReplicaSet without pods back to the Deployment.</summary>
    public async Task CheckInAsync(Subject subject, Effect.CheckIn effect, CancellationToken cancellation)
    {
        var replicaSet = await ReplicaSetAsync(subject, effect.Name, cancellation).ConfigureAwait(false);
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        if (replicaSet.ControllerUid() == deployment.UidOf())
        {
            return;
        }

        RequireOurs(subject, replicaSet, deployment);
        if (WorkloadReading.Replicas(replicaSet) > 0 || WorkloadReading.Count(replicaSet, "replicas") > 0)
        {
            throw Moved($"ReplicaSet {subject.Namespace}/{effect.Name} still has pods; two active ones would be scaled by the Deployment's controller");
        }

        var patch = WorkloadPatches.ChangeOwner(replicaSet, Ownership.ByDeployment(deployment));
        await PatchReplicaSetAsync(subject, effect.Name, patch, cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes the candidate the Deployment's own.</summary>
    public async Task HandOverAsync(Subject subject, Effect.HandOver effect, CancellationToken cancellation)
    {
        var replicaSet = await ReplicaSetAsync(subject, effect.Name, cancellation).ConfigureAwait(false);
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        if (replicaSet.ControllerUid() == deployment.UidOf())
        {
            return;
        }

        RequireOurs(subject, replicaSet, deployment);
        var replicas = WorkloadReading.Replicas(deployment);
        var obstacle =
            !WorkloadPatches.SameTemplate(deployment, replicaSet) ? "its template is no longer the candidate's"
            : !deployment.At("spec", "paused").IsTrue() ? "it is not paused"
            : replicas != effect.Replicas ? string.Create(CultureInfo.InvariantCulture, $"it asks for {replicas} replicas by now")
            : WorkloadReading.Replicas(replicaSet) != replicas || WorkloadReading.Count(replicaSet, "availableReplicas") < replicas ? "the candidate has fewer pods than it"
            : null;
        if (obstacle is not null)
        {
            throw Moved($"ReplicaSet {subject.Namespace}/{effect.Name} was not handed over to Deployment {subject.DeploymentKey}: {obstacle}");
        }

        await PatchReplicaSetAsync(subject, effect.Name, WorkloadPatches.HandOver(replicaSet, deployment, effect), cancellation).ConfigureAwait(false);
    }

    /// <summary>Saturates a ReplicaSet that was handed over.</summary>
    public async Task SaturateAsync(Subject subject, Effect.Saturate effect, CancellationToken cancellation)
    {
        var replicaSet = await ReplicaSetAsync(subject, effect.Name, cancellation).ConfigureAwait(false);
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        RequireOurs(subject, replicaSet, deployment);
        var replicas = WorkloadReading.Replicas(deployment);
        if (replicas != effect.Replicas)
        {
            throw Moved(string.Create(CultureInfo.InvariantCulture, $"ReplicaSet {subject.Namespace}/{effect.Name} was not scaled to {effect.Replicas}: Deployment {subject.DeploymentKey} asks for {replicas} replicas by now"));
        }

        await PatchReplicaSetAsync(subject, effect.Name, WorkloadPatches.Saturate(replicaSet, effect), cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes a ReplicaSet of the Rollout that has no pods.</summary>
    public async Task DeleteAsync(Subject subject, Effect.DeleteReplicaSet effect, CancellationToken cancellation)
    {
        if (await api.FindAsync(ResourceKind.ReplicaSets, subject.Namespace, effect.Name, cancellation).ConfigureAwait(false) is not { } replicaSet || replicaSet.IsDeleting())
        {
            return;
        }

        written(replicaSet);
        if (replicaSet.ControllerUid() != subject.Uid || WorkloadReading.Replicas(replicaSet) > 0 || WorkloadReading.Count(replicaSet, "replicas") > 0)
        {
            throw Moved($"ReplicaSet {subject.Namespace}/{effect.Name} was not deleted: it still has pods, or is no longer the Rollout's");
        }

        var unchanged = new DeletePreconditions(replicaSet.UidOf(), replicaSet.VersionOf());
        await api.DeleteAsync(ResourceKind.ReplicaSets, subject.Namespace, effect.Name, unchanged, cancellation).ConfigureAwait(false);
    }

    /// <summary>Pauses or unpauses the Deployment.</summary>
    public async Task SetPausedAsync(Subject subject, bool paused, CancellationToken cancellation)
    {
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        if (deployment.At("spec", "paused").IsTrue() != paused)
        {
            await PatchDeploymentAsync(subject, PatchKind.MergePatch, WorkloadPatches.SetPaused(deployment, paused), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sets the surge of the Deployment's rolling update.</summary>
    public async Task SetSurgeAsync(Subject subject, Effect.SetSurge effect, CancellationToken cancellation)
    {
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        var surge = WorkloadReading.Surge(deployment);
        if (surge == effect.To)
        {
            return;
        }

        if (surge != effect.From)
        {
            throw Moved($"maxSurge of Deployment {subject.DeploymentKey} was not set to {effect.To}: it is {surge ?? "without meaning"} by now, no longer {effect.From}");
        }

        await PatchDeploymentAsync(subject, PatchKind.JsonPatch, WorkloadPatches.SetSurge(deployment, effect.To), cancellation).ConfigureAwait(false);
    }

    /// <summary>Sets the Deployment's template to that of a ReplicaSet.</summary>
    public async Task SetTemplateAsync(Subject subject, string replicaSetName, CancellationToken cancellation)
    {
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        var replicaSet = await ReplicaSetAsync(subject, replicaSetName, cancellation).ConfigureAwait(false);
        RequireOurs(subject, replicaSet, deployment);
        if (!deployment.At("spec", "paused").IsTrue())
        {
            throw Moved($"Deployment {subject.DeploymentKey} is not paused, so a changed template would start its own update");
        }

        if (WorkloadPatches.SetTemplate(deployment, replicaSet) is { } patch)
        {
            await PatchDeploymentAsync(subject, PatchKind.JsonPatch, patch, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stamps the Deployment's template.</summary>
    public async Task StampRestartAsync(Subject subject, string at, CancellationToken cancellation)
    {
        var deployment = await DeploymentAsync(subject, cancellation).ConfigureAwait(false);
        if (!deployment.At("spec", "paused").IsTrue())
        {
            throw Moved($"Deployment {subject.DeploymentKey} is not paused, so a changed template would start its own update");
        }

        if (deployment.At("spec", "template", "metadata", "annotations", Names.RestartAnnotation).AsText() != at)
        {
            await PatchDeploymentAsync(subject, PatchKind.MergePatch, WorkloadPatches.StampRestart(deployment, at), cancellation).ConfigureAwait(false);
        }
    }

    private async Task PatchReplicaSetAsync(Subject subject, string name, JsonArray patch, CancellationToken cancellation) =>
        written(await api.PatchAsync(ResourceKind.ReplicaSets, subject.Namespace, name, PatchKind.JsonPatch, patch, null, cancellation).ConfigureAwait(false));

    private async Task PatchDeploymentAsync(Subject subject, PatchKind kind, JsonNode patch, CancellationToken cancellation) =>
        written(await api.PatchAsync(ResourceKind.Deployments, subject.Namespace, subject.RequiredDeployment, kind, patch, null, cancellation).ConfigureAwait(false));

    private async Task<JsonObject?> FindDeploymentAsync(Subject subject, CancellationToken cancellation)
    {
        var deployment = subject.Deployment is null
            ? null
            : await api.FindAsync(ResourceKind.Deployments, subject.Namespace, subject.Deployment, cancellation).ConfigureAwait(false);
        if (deployment is not null)
        {
            written(deployment);
        }

        return deployment;
    }

    private async Task<JsonObject> DeploymentAsync(Subject subject, CancellationToken cancellation) =>
        await FindDeploymentAsync(subject, cancellation).ConfigureAwait(false) ?? throw Moved($"Deployment {subject.DeploymentKey} is gone");

    private async Task<JsonObject> ReplicaSetAsync(Subject subject, string name, CancellationToken cancellation)
    {
        if (await api.FindAsync(ResourceKind.ReplicaSets, subject.Namespace, name, cancellation).ConfigureAwait(false) is not { } replicaSet)
        {
            throw Moved($"ReplicaSet {subject.Namespace}/{name} is gone");
        }

        written(replicaSet);
        return replicaSet;
    }

    private static void RequireOurs(Subject subject, JsonObject replicaSet, JsonObject? deployment)
    {
        var owner = replicaSet.ControllerUid();
        if (owner is null || (owner != subject.Uid && owner != deployment?.UidOf()))
        {
            throw Moved($"ReplicaSet {subject.Namespace}/{replicaSet.NameOf()} belongs neither to the Rollout nor to its Deployment");
        }
    }

    private static EffectFailedException Moved(string message, TimeSpan? retryAfter = null) => new(message, retryAfter ?? TimeSpan.Zero);
}
