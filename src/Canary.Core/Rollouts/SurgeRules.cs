namespace Canary.Core.Rollouts;

/// <summary>
/// Widens the surge of the Deployment's rolling update for the hand-over, and puts it back after.
/// </summary>
/// <remarks>
/// The Deployment's controller brings all that it owns to the replicas and the surge together, and takes what is too much from the largest. For a moment it
/// owns two whole ReplicaSets. When the replicas fall in that moment, only a surge as large as the replicas keeps it from taking pods that serve.
/// Source: kubernetes pkg/controller/deployment/sync.go, scale(). See decision 0008.
/// </remarks>
internal static class SurgeRules
{
    /// <summary>As many again as the Deployment asks for, whatever that will be.</summary>
    public const string Wide = "100%";

    /// <summary>How long a hand-over waits for the surge: somebody may refuse it, or set it back again and again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Remembers the surge before it is widened, and forgets it when it is back.</summary>
    public static void Advance(Pass pass)
    {
        if (pass.Observed.Deployment is not { } deployment)
        {
            return;
        }

        if (pass.Status.Journey is { Stage: Stage.HandingOver })
        {
            if (deployment.Surge is { } own && own != Wide && IsNarrow(deployment))
            {
                pass.Status = pass.Status with { OwnSurge = own };
            }
        }
        else if (deployment.Surge != Wide)
        {
            pass.Status = pass.Status with { OwnSurge = null };
        }
    }

    /// <summary>Whether the Deployment's controller would take no pod from the candidate, whatever becomes of the replicas; given up after a while.</summary>
    public static bool AllowsHandOver(Pass pass, Journey journey) =>
        pass.Observed.Deployment is not { Surge: not null } deployment
        || (!IsNarrow(deployment) && Unmarked(pass, deployment) is null)
        || pass.Due(journey.EnteredAt + Patience);

    /// <summary>What is undone before the hand-over, or after it; null when nothing is.</summary>
    public static Effect? Undone(Pass pass, DeploymentObservation deployment) => pass.Status.Journey switch
    {
        { Stage: Stage.HandingOver } when IsNarrow(deployment) => pass.Status.OwnSurge is { } own && own == deployment.Surge ? new Effect.SetSurge(own, Wide) : null,
        { Stage: Stage.HandingOver, HandOverSentAt: null } when deployment.Surge is not null => Unmarked(pass, deployment) is { } stable ? new Effect.Saturate(stable.Name, deployment.Replicas, deployment.Replicas + deployment.MaxSurge) : null,
        _ => PutBack(pass, deployment),
    };

    /// <summary>The effect that puts the surge back; null when it is back, or while the Deployment still has two active ReplicaSets.</summary>
    public static Effect? PutBack(Pass pass, DeploymentObservation deployment)
    {
        var handsOver = pass.Status.Journey is { Stage: Stage.HandingOver, HandOverSentAt: var sentAt } && (sentAt is not null || !pass.Observed.Deleting);
        var shares = deployment.Paused && pass.Observed.ReplicaSets.Count(replicaSet => replicaSet is { Owner: Owner.Deployment, Replicas: > 0 }) > 1;
        return pass.Status.OwnSurge is { } own && deployment.Surge == Wide && !handsOver && !shares ? new Effect.SetSurge(Wide, own) : null;
    }

    private static bool IsNarrow(DeploymentObservation deployment) => deployment.Surge is not null && deployment.MaxSurge < deployment.Replicas;

    /// <summary>Finds the stable ReplicaSet when its mark is of another surge: its share would be measured against that.</summary>
    private static ReplicaSetObservation? Unmarked(Pass pass, DeploymentObservation deployment) =>
        pass.StableReplicaSet is { Owner: Owner.Deployment, Replicas: > 0 } stable
        && stable.Replicas == deployment.Replicas
        && stable.MaxReplicas != deployment.Replicas + deployment.MaxSurge
            ? stable
            : null;
}
