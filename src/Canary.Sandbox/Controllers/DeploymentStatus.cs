using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>The status of a Deployment. Source: kubernetes pkg/controller/deployment/{sync,progress}.go.</summary>
internal static class DeploymentStatus
{
    /// <summary>Counts and the Available condition; what a paused or scaling Deployment gets.</summary>
    public static JsonObject Compute(
        DeploymentFacts deployment, ReplicaSetDraft? fresh, IReadOnlyList<ReplicaSetDraft> old, DeploymentConditions conditions, int collisions)
    {
        List<ReplicaSetDraft> all = [.. DeploymentScaling.All(fresh, old)];
        var total = all.Sum(replicaSet => replicaSet.ActualReplicas);
        var available = all.Sum(replicaSet => replicaSet.AvailableReplicas);
        if (available >= deployment.Replicas - deployment.MaxUnavailable)
        {
            conditions.Set(DeploymentConditions.Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
        }
        else
        {
            conditions.Set(DeploymentConditions.Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
        }

        return new JsonObject
        {
            ["observedGeneration"] = deployment.Resource.Generation(),
            ["replicas"] = total,
            ["updatedReplicas"] = fresh?.ActualReplicas ?? 0,
            ["readyReplicas"] = all.Sum(replicaSet => replicaSet.ReadyReplicas),
            ["availableReplicas"] = available,
            ["unavailableReplicas"] = Math.Max(0, total - available),
            ["collisionCount"] = collisions,
            ["conditions"] = conditions.ToJson(),
        };
    }

    /// <summary>The same, with the Progressing condition of a rollout under way.</summary>
    public static JsonObject ComputeRollout(
        DeploymentFacts deployment, ReplicaSetDraft? fresh, IReadOnlyList<ReplicaSetDraft> old, DeploymentConditions conditions, int collisions, DateTimeOffset now)
    {
        var status = Compute(deployment, fresh, old, conditions, collisions);
        if (!deployment.HasProgressDeadline)
        {
            conditions.Remove(DeploymentConditions.Progressing);
        }
        else if (!(status.Whole("replicas") == status.Whole("updatedReplicas") && conditions[DeploymentConditions.Progressing].Text("reason") == "NewReplicaSetAvailable"))
        {
            NoteProgress(deployment, fresh, status, conditions, now);
        }

        if (DeploymentScaling.All(fresh, old).Select(replicaSet => replicaSet.FailureCondition).FirstOrDefault(condition => condition is not null) is { } failure)
        {
            conditions.Copy(failure);
        }
        else
        {
            conditions.Remove(DeploymentConditions.ReplicaFailure);
        }

        status["conditions"] = conditions.ToJson();
        return status;
    }

    public static bool IsComplete(DeploymentFacts deployment, JsonNode? status) =>
        status.Whole("updatedReplicas") == deployment.Replicas
        && status.Whole("replicas") == deployment.Replicas
        && status.Whole("availableReplicas") == deployment.Replicas
        && (long)(status.Number("observedGeneration") ?? 0) >= deployment.Resource.Generation();

    /// <summary>How long until a rollout under way misses its deadline; null when none is under way.</summary>
    public static TimeSpan? UntilDeadline(DeploymentFacts deployment, JsonObject status, DateTimeOffset now)
    {
        var condition = status.Items("conditions").FirstOrDefault(item => item.Text("type") == DeploymentConditions.Progressing);
        if (deployment.Paused || !deployment.HasProgressDeadline || condition is null || IsComplete(deployment, status)
            || condition.Text("reason") is "NewReplicaSetAvailable" or "ProgressDeadlineExceeded" or "DeploymentPaused")
        {
            return null;
        }

        // a second more, for the stored time has whole seconds
        var left = (condition.Time("lastUpdateTime") ?? now) + TimeSpan.FromSeconds(deployment.ProgressDeadlineSeconds + 1) - now;
        return left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1);
    }

    private static void NoteProgress(DeploymentFacts deployment, ReplicaSetDraft? fresh, JsonObject status, DeploymentConditions conditions, DateTimeOffset now)
    {
        var subject = fresh is null ? $"Deployment \"{deployment.Name}\"" : $"ReplicaSet \"{fresh.Name}\"";
        var before = deployment.Resource.At("status");
        if (IsComplete(deployment, status))
        {
            conditions.Set(DeploymentConditions.Progressing, "True", "NewReplicaSetAvailable", $"{subject} has successfully progressed.");
        }
        else if (HasProgressed(before, status))
        {
            conditions.Renew(DeploymentConditions.Progressing, "True", "ReplicaSetUpdated", $"{subject} is progressing.");
        }
        else if (HasTimedOut(deployment, conditions[DeploymentConditions.Progressing], now))
        {
            conditions.Set(DeploymentConditions.Progressing, "False", "ProgressDeadlineExceeded", $"{subject} has timed out progressing.");
        }
    }

    private static bool HasProgressed(JsonNode? before, JsonObject after) =>
        after.Whole("updatedReplicas") > before.Whole("updatedReplicas")
        || Old(after) < Old(before)
        || after.Whole("readyReplicas") > before.Whole("readyReplicas")
        || after.Whole("availableReplicas") > before.Whole("availableReplicas");

    private static int Old(JsonNode? status) => status.Whole("replicas") - status.Whole("updatedReplicas");

    private static bool HasTimedOut(DeploymentFacts deployment, JsonObject? progressing, DateTimeOffset now) => progressing.Text("reason") switch
    {
        null or "NewReplicaSetAvailable" => false,
        "ProgressDeadlineExceeded" => true,
        _ => progressing.Time("lastUpdateTime") is { } since && since + TimeSpan.FromSeconds(deployment.ProgressDeadlineSeconds) < now,
    };
}
