using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Workloads;

/// <summary>Reads Deployments and ReplicaSets. Pure.</summary>
internal static class WorkloadReading
{
    private const string DefaultSurge = "25%";

    /// <summary>The hash of a workload's template; the hash of nothing when it has none.</summary>
    public static string HashOf(JsonObject workload) => TemplateHash.Of(workload.At("spec", "template") as JsonObject ?? []);

    /// <summary>Which revision a ReplicaSet is: what its pods are labelled with, as subsets select them.</summary>
    public static Revision RevisionOf(JsonObject replicaSet) => new(
        replicaSet.At("metadata", "labels", Names.HashLabel).AsText()
        ?? replicaSet.At("spec", "template", "metadata", "labels", Names.HashLabel).AsText()
        ?? HashOf(replicaSet));

    /// <summary>Finds the revision that a Deployment asks for.</summary>
    /// <param name="deployment">The Deployment.</param>
    /// <param name="replicaSets">The ReplicaSets that belong to it or to its Rollout.</param>
    /// <param name="hashOf">The hash of a workload's template.</param>
    /// <returns>The revision of the oldest ReplicaSet with an equal template, as the Deployment's controller takes it; our own hash when there is none.</returns>
    public static Revision TemplateRevision(JsonObject deployment, IEnumerable<JsonObject> replicaSets, Func<JsonObject, string> hashOf)
    {
        var wanted = hashOf(deployment);
        var equal = replicaSets
            .Where(replicaSet => hashOf(replicaSet) == wanted)
            .OrderBy(replicaSet => replicaSet.At("metadata", "creationTimestamp").AsTime() ?? DateTimeOffset.MinValue)
            .ThenBy(replicaSet => replicaSet.NameOf(), StringComparer.Ordinal)
            .FirstOrDefault();
        return equal is null ? new Revision(wanted) : RevisionOf(equal);
    }

    /// <summary>Reads a Deployment.</summary>
    public static DeploymentObservation Observe(JsonObject deployment, Revision template)
    {
        var replicas = Replicas(deployment);
        return new DeploymentObservation
        {
            Replicas = replicas,
            MaxSurge = MaxSurge(deployment, replicas),
            Surge = Surge(deployment),
            Paused = deployment.At("spec", "paused").IsTrue(),
            Template = template,
            Image = ImageOf(deployment),
            Observed = (deployment.At("status", "observedGeneration").AsLong() ?? 0) >= (deployment.At("metadata", "generation").AsLong() ?? 0),
            RestartStamp = deployment.At("spec", "template", "metadata", "annotations", Names.RestartAnnotation).AsText(),
            Deleting = deployment.IsDeleting(),
        };
    }

    /// <summary>Reads a ReplicaSet.</summary>
    public static ReplicaSetObservation Observe(JsonObject replicaSet, Owner owner, string? podProblem) => new()
    {
        Name = replicaSet.NameOf(),
        Revision = RevisionOf(replicaSet),
        Owner = owner,
        Replicas = Replicas(replicaSet),
        Pods = Count(replicaSet, "replicas"),
        Ready = Count(replicaSet, "readyReplicas"),
        Available = Count(replicaSet, "availableReplicas"),
        Image = ImageOf(replicaSet),
        DesiredReplicas = (int?)Whole(replicaSet.Annotation(Names.DesiredReplicasAnnotation)),
        IsBaseline = IsBaseline(replicaSet),
        MaxReplicas = (int?)Whole(replicaSet.Annotation(Names.MaxReplicasAnnotation)),
        HistoryRevision = Whole(replicaSet.Annotation(Names.HistoryAnnotation)),
        PodProblem = podProblem,
    };

    /// <summary>Whether a ReplicaSet is a fresh baseline: its template is the stable one, and it is not the stable revision.</summary>
    public static bool IsBaseline(JsonObject replicaSet) => replicaSet.Annotation(Names.BaselineOfAnnotation) is not null;

    /// <summary>The replicas asked for; 1 when nothing is said, as the API server fills in.</summary>
    public static int Replicas(JsonObject workload) => Math.Max(0, workload.At("spec", "replicas").AsInt() ?? 1);

    /// <summary>The surge of a Deployment's rolling update as written, the API's default when it is not; null for another strategy.</summary>
    public static string? Surge(JsonObject deployment)
    {
        if (deployment.At("spec", "strategy", "type").AsText() == "Recreate")
        {
            return null;
        }

        var surge = deployment.At("spec", "strategy", "rollingUpdate", "maxSurge");
        return surge.AsInt()?.ToString(CultureInfo.InvariantCulture) ?? surge.AsText() ?? DefaultSurge;
    }

    /// <summary>The most pods above the replicas during a native update; percent are rounded up, as the Deployment's controller does.</summary>
    public static int MaxSurge(JsonObject deployment, int replicas)
    {
        if (deployment.At("spec", "strategy", "type").AsText() == "Recreate")
        {
            return 0;
        }

        var surge = deployment.At("spec", "strategy", "rollingUpdate", "maxSurge");
        if (surge.AsInt() is { } number)
        {
            return Math.Max(0, number);
        }

        var percent = Whole((surge.AsText() ?? DefaultSurge).TrimEnd('%')) ?? 25;
        return (int)Math.Min(int.MaxValue, (Math.Max(0, percent) * replicas + 99) / 100);
    }

    /// <summary>The first container's image; empty when there is none.</summary>
    public static string ImageOf(JsonObject workload) => workload.At("spec", "template", "spec", "containers").AsObjects().FirstOrDefault().At("image").AsText() ?? "";

    /// <summary>Pods as a ReplicaSet's status counts them.</summary>
    public static int Count(JsonObject replicaSet, string field) => Math.Max(0, replicaSet.At("status", field).AsInt() ?? 0);

    private static long? Whole(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? number : null;
}
