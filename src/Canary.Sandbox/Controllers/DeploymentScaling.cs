namespace Canary.Sandbox.Controllers;

/// <summary>How the Deployment controller scales what it finds, without creating anything. Source: kubernetes pkg/controller/deployment/sync.go, scale().</summary>
internal static class DeploymentScaling
{
    /// <summary>Brings the ReplicaSets to the Deployment's size: the one active one, the saturated new one, or all of them in proportion.</summary>
    public static void Scale(DeploymentFacts deployment, ReplicaSetDraft? fresh, IReadOnlyList<ReplicaSetDraft> old)
    {
        if (fresh is null && old.Count == 0)
        {
            return;
        }

        List<ReplicaSetDraft> active = [.. All(fresh, old).Where(replicaSet => replicaSet.IsActive)];
        if (active.Count <= 1)
        {
            var only = active.Count == 1 ? active[0] : fresh ?? old.OrderByDescending(item => item.CreatedAt).ThenByDescending(item => item.Name, StringComparer.Ordinal).First();
            if (only.Replicas != deployment.Replicas)
            {
                only.Scale(deployment.Replicas, deployment);
            }
        }
        else if (IsSaturated(deployment, fresh))
        {
            foreach (var replicaSet in old.Where(replicaSet => replicaSet.IsActive))
            {
                replicaSet.Scale(0, deployment);
            }
        }
        else if (deployment.IsRollingUpdate)
        {
            ScaleInProportion(deployment, active);
        }
    }

    /// <summary>The new ReplicaSet has the Deployment's size, was scaled for that size, and is wholly available.</summary>
    public static bool IsSaturated(DeploymentFacts deployment, ReplicaSetDraft? fresh) =>
        fresh is not null
        && fresh.Replicas == deployment.Replicas
        && fresh.DesiredReplicas == deployment.Replicas
        && fresh.AvailableReplicas == deployment.Replicas;

    public static IEnumerable<ReplicaSetDraft> All(ReplicaSetDraft? fresh, IEnumerable<ReplicaSetDraft> old) => fresh is null ? old : old.Append(fresh);

    private static void ScaleInProportion(DeploymentFacts deployment, List<ReplicaSetDraft> active)
    {
        var allowed = deployment.Replicas > 0 ? deployment.MaxReplicas : 0;
        var toAdd = allowed - active.Sum(replicaSet => replicaSet.Replicas);

        // the largest first; among equals growth prefers the newest and shrinking the oldest
        var bySize = active.OrderByDescending(replicaSet => replicaSet.Replicas);
        List<ReplicaSetDraft> ordered = toAdd > 0
            ? [.. bySize.ThenByDescending(replicaSet => replicaSet.CreatedAt).ThenByDescending(replicaSet => replicaSet.Name, StringComparer.Ordinal)]
            : [.. bySize.ThenBy(replicaSet => replicaSet.CreatedAt).ThenBy(replicaSet => replicaSet.Name, StringComparer.Ordinal)];

        var added = 0;
        var sizes = new int[ordered.Count];
        for (var i = 0; i < ordered.Count; i++)
        {
            var proportion = Proportion(deployment, ordered[i], toAdd, added);
            sizes[i] = ordered[i].Replicas + proportion;
            added += proportion;
        }

        // what rounding left over goes to the largest
        sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        for (var i = 0; i < ordered.Count; i++)
        {
            ordered[i].Scale(sizes[i], deployment);
        }
    }

    private static int Proportion(DeploymentFacts deployment, ReplicaSetDraft replicaSet, int toAdd, int added)
    {
        if (replicaSet.Replicas == 0 || toAdd == 0 || toAdd == added)
        {
            return 0;
        }

        var share = Share(deployment, replicaSet);
        return toAdd > 0 ? Math.Min(share, toAdd - added) : Math.Max(share, toAdd - added);
    }

    private static int Share(DeploymentFacts deployment, ReplicaSetDraft replicaSet)
    {
        if (deployment.Replicas == 0)
        {
            return -replicaSet.Replicas;
        }

        // without the annotation, or when it says nothing because it was written at no replicas, the share is measured against what runs now
        var before = replicaSet.MaxReplicas is { } most and not 0 ? most : deployment.Resource.Whole("status", "replicas");
        if (before == 0)
        {
            return 0;
        }

        var size = (double)replicaSet.Replicas * deployment.MaxReplicas / before;
        return (int)Math.Round(size, MidpointRounding.AwayFromZero) - replicaSet.Replicas;
    }
}
