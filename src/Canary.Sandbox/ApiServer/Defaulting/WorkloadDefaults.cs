using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Defaults of apps/v1 and batch/v1.</summary>
internal static class WorkloadDefaults
{
    public static void Deployment(JsonObject deployment)
    {
        if (deployment["spec"] is not JsonObject spec)
        {
            return;
        }

        spec.Default("replicas", 1L);
        spec.Default("revisionHistoryLimit", 10L);
        spec.Default("progressDeadlineSeconds", 600L);
        var strategy = spec.FieldsOrNew("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.FieldsOrNew("rollingUpdate");
            rolling.Default("maxUnavailable", "25%");
            rolling.Default("maxSurge", "25%");
        }

        PodDefaults.Template(spec);
    }

    public static void ReplicaSet(JsonObject replicaSet)
    {
        if (replicaSet["spec"] is not JsonObject spec)
        {
            return;
        }

        spec.Default("replicas", 1L);
        PodDefaults.Template(spec);
    }

    public static void Job(JsonObject job)
    {
        if (job["spec"] is not JsonObject spec)
        {
            return;
        }

        spec.Default("completions", 1L);
        spec.Default("parallelism", 1L);
        spec.Default("backoffLimit", 6L);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        PodDefaults.Template(spec);
        var uid = job.Text("metadata", "uid");
        if (spec["selector"] is null && uid is not null)
        {
            var labels = spec.FieldsOrNew("template").FieldsOrNew("metadata").FieldsOrNew("labels");
            labels.Default("batch.kubernetes.io/controller-uid", uid);
            spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
        }
    }
}
