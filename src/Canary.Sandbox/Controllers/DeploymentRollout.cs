using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>How an unpaused Deployment moves from old ReplicaSets to the new one. Source: kubernetes pkg/controller/deployment/{rolling,recreate}.go.</summary>
internal static class DeploymentRollout
{
    /// <summary>One move of a rolling update: up if there is room, else down if enough are available.</summary>
    /// <returns>Whether anything was scaled.</returns>
    public static bool Rolling(DeploymentFacts deployment, ReplicaSetDraft fresh, IReadOnlyList<ReplicaSetDraft> old)
    {
        if (fresh.Replicas != deployment.Replicas)
        {
            var size = fresh.Replicas > deployment.Replicas ? deployment.Replicas : NewSize(deployment, fresh, old);
            if (size != fresh.Replicas)
            {
                fresh.Scale(size, deployment);
                return true;
            }
        }

        return ScaleDownOld(deployment, fresh, old);
    }

    /// <summary>The size the new ReplicaSet may have now: all of it for Recreate, else what the surge leaves room for.</summary>
    public static int NewSize(DeploymentFacts deployment, ReplicaSetDraft fresh, IReadOnlyList<ReplicaSetDraft> old)
    {
        if (!deployment.IsRollingUpdate)
        {
            return deployment.Replicas;
        }

        var room = deployment.MaxReplicas - fresh.Replicas - old.Sum(replicaSet => replicaSet.Replicas);
        return room <= 0 ? fresh.Replicas : fresh.Replicas + Math.Min(room, deployment.Replicas - fresh.Replicas);
    }

    public static bool ScaleDownForRecreate(DeploymentFacts deployment, IReadOnlyList<ReplicaSetDraft> old)
    {
        List<ReplicaSetDraft> active = [.. old.Where(replicaSet => replicaSet.IsActive)];
        active.ForEach(replicaSet => replicaSet.Scale(0, deployment));
        return active.Count > 0;
    }

    public static bool OldPodsRun(IReadOnlyList<JsonObject> pods, ReplicaSetDraft? fresh) => pods.Any(pod =>
        pod.Text("status", "phase") is not ("Failed" or "Succeeded")
        && Ownership.ControllerOf(pod) is { } owner && owner.Text("kind") == "ReplicaSet" && owner.Text("uid") != fresh?.Uid);

    private static bool ScaleDownOld(DeploymentFacts deployment, ReplicaSetDraft fresh, IReadOnlyList<ReplicaSetDraft> old)
    {
        var oldPods = old.Sum(replicaSet => replicaSet.Replicas);
        if (oldPods == 0)
        {
            return false;
        }

        var atLeast = deployment.Replicas - deployment.MaxUnavailable;
        var room = oldPods + fresh.Replicas - atLeast - (fresh.Replicas - fresh.AvailableReplicas);
        if (room <= 0)
        {
            return false;
        }

        // pods that do not serve anyway go first, or a broken old version could hold up its own cure
        var removed = 0;
        foreach (var replicaSet in old.Where(replicaSet => replicaSet.IsActive))
        {
            var count = Math.Min(room - removed, replicaSet.Replicas - replicaSet.AvailableReplicas);
            if (count > 0)
            {
                replicaSet.Scale(replicaSet.Replicas - count, deployment);
                removed += count;
            }
        }

        var spare = old.Sum(replicaSet => replicaSet.AvailableReplicas) + fresh.AvailableReplicas - atLeast;
        var lowered = 0;
        foreach (var replicaSet in old.Where(replicaSet => replicaSet.IsActive))
        {
            var count = Math.Min(spare - lowered, replicaSet.Replicas);
            if (count > 0)
            {
                replicaSet.Scale(replicaSet.Replicas - count, deployment);
                lowered += count;
            }
        }

        return removed + lowered > 0;
    }
}
