using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>The ReplicaSet controller as a pure function, whoever owns the ReplicaSet. Source: kubernetes pkg/controller/replicaset.</summary>
internal static class ReplicaSetSync
{
    // as many as the real controller creates or deletes in one pass
    private const int Burst = 500;

    /// <param name="replicaSet">As read from the API server.</param>
    /// <param name="pods">The pods that its selector matches, whoever owns them.</param>
    /// <param name="now">The time of this pass.</param>
    /// <param name="newSuffix">Draws the five letters that end a new pod's name.</param>
    public static SyncPlan Plan(JsonObject replicaSet, IReadOnlyList<JsonObject> pods, DateTimeOffset now, Func<string> newSuffix)
    {
        var selector = LabelSelector.OfWorkload(replicaSet.At("spec", "selector"));
        if (selector.IsEmpty)
        {
            return SyncPlan.Nothing;
        }

        var alive = pods.Where(pod => pod.Text("status", "phase") is not ("Succeeded" or "Failed") && !pod.IsBeingDeleted());
        var (claimed, writes) = Ownership.Claim(replicaSet, "apps/v1", "ReplicaSet", selector, alive, "Pod");
        var minReady = TimeSpan.FromSeconds(replicaSet.Whole("spec", "minReadySeconds"));
        var status = Status(replicaSet, claimed, now, minReady);
        if (!replicaSet.IsBeingDeleted())
        {
            var desired = (int)(replicaSet.Number("spec", "replicas") ?? 1);
            for (var missing = Math.Min(desired - claimed.Count, Burst); missing > 0; missing--)
            {
                writes.Add(new ClusterWrite.Create(NewPod(replicaSet, newSuffix())));
            }

            foreach (var pod in claimed.Order(PodRanking.MostDispensableFirst).Take(Math.Min(claimed.Count - desired, Burst)))
            {
                writes.Add(new ClusterWrite.Delete("Pod", pod.Namespace(), pod.Name(), pod.Uid()));
            }
        }

        if (StatusPatch.Between(replicaSet.At("status"), status) is { } changes)
        {
            // a required field: 0 is written out, not dropped
            changes["replicas"] = claimed.Count;
            writes.Add(new ClusterWrite.Patch("ReplicaSet", replicaSet.Namespace(), replicaSet.Name(), "status", new JsonObject { ["status"] = changes }));
        }

        var ready = status.Whole("readyReplicas");
        return new SyncPlan(writes, ready > status.Whole("availableReplicas") ? UntilAvailable(claimed, now, minReady) : null);
    }

    private static JsonObject Status(JsonObject replicaSet, List<JsonObject> pods, DateTimeOffset now, TimeSpan minReady)
    {
        var templateLabels = LabelSelector.OfLabels(replicaSet.At("spec", "template", "metadata", "labels"));
        List<DateTimeOffset> readySince = [.. pods.Select(ReadySince).OfType<DateTimeOffset>()];
        return new JsonObject
        {
            ["replicas"] = pods.Count,
            ["fullyLabeledReplicas"] = pods.Count(pod => templateLabels.Matches(pod.Labels())),
            ["readyReplicas"] = readySince.Count,
            ["availableReplicas"] = readySince.Count(since => since + minReady <= now),
            ["observedGeneration"] = replicaSet.Generation(),
        };
    }

    private static DateTimeOffset? ReadySince(JsonObject pod) =>
        pod.Condition("Ready") is { } ready && ready.Text("status") == "True" ? ready.Time("lastTransitionTime") ?? DateTimeOffset.MinValue : null;

    private static TimeSpan UntilAvailable(List<JsonObject> pods, DateTimeOffset now, TimeSpan minReady)
    {
        var next = pods.Select(ReadySince).OfType<DateTimeOffset>().Select(since => since + minReady).Where(time => time > now).Min();
        return next - now + TimeSpan.FromMilliseconds(5);
    }

    private static JsonObject NewPod(JsonObject replicaSet, string suffix)
    {
        var template = replicaSet.At("spec", "template");
        var metadata = new JsonObject
        {
            ["name"] = $"{replicaSet.Name()}-{suffix}",
            ["generateName"] = $"{replicaSet.Name()}-",
            ["namespace"] = replicaSet.Namespace(),
            ["labels"] = template.Map("metadata", "labels").ToJson(),
            ["ownerReferences"] = new JsonArray(Ownership.Reference(replicaSet, "apps/v1", "ReplicaSet")),
        };
        if (template.Map("metadata", "annotations") is { Count: > 0 } annotations)
        {
            metadata["annotations"] = annotations.ToJson();
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template.At("spec")?.DeepClone() ?? new JsonObject(),
        };
    }
}
