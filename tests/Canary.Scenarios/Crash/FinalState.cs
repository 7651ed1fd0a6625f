using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Scenarios.Crash;

/// <summary>Everything in a namespace that must not depend on how often the engine died, as text that can be compared and read.</summary>
internal static class FinalState
{
    public static string Of(Journal journal)
    {
        var rollout = journal.Find("Rollout", Shop.Name);
        var deployment = journal.Find("Deployment", Shop.Name);
        List<string> lines =
        [
            $"Rollout {rollout.Text("status", "phase")}, stable {Arm(rollout, "stable")}, candidate {Arm(rollout, "candidate")}, attempts {rollout.Whole("status", "engine", "attempts")}",
            .. rollout.Items("status", "history").Select(entry => $"History {entry.Text("image")} {entry.Text("outcome")}"),
            .. rollout.Items("status", "conditions").Select(condition => $"Condition {condition.Text("type")} {condition.Text("status")} {condition.Text("reason")}").Order(StringComparer.Ordinal),
            $"Finalizers {string.Join(",", rollout.Texts("metadata", "finalizers"))}",
            $"Deployment paused {deployment.Flag("spec", "paused")}, {Image(deployment)}, replicas {deployment.Whole("spec", "replicas")}, revision {deployment.Annotations().GetValueOrDefault("deployment.kubernetes.io/revision")}",
            .. journal.All("ReplicaSet").Select(found => $"ReplicaSet {found.Name()} {Image(found)} of {found.Items("metadata", "ownerReferences").FirstOrDefault().Text("kind")}, replicas {found.Whole("spec", "replicas")}, ready {found.Whole("status", "readyReplicas")}"),
            .. journal.All("Pod").GroupBy(pod => pod.Labels().GetValueOrDefault("pod-template-hash")).Select(revision => $"Pods of {revision.Key}: {revision.Count(Shop.IsReady)} of {revision.Count()} ready"),
            $"VirtualService {journal.Find("VirtualService", Shop.Name)?["spec"]?.ToJsonString()}",
            $"DestinationRule {journal.Find("DestinationRule", Shop.Name)?["spec"]?.ToJsonString()}",
            .. journal.All("AnalysisRun").Select(run => $"AnalysisRun {run.Name()} {run.Text("status", "phase")} {run.Text("status", "verdict", "state")}"),
        ];
        return string.Join('\n', lines);
    }

    private static string Arm(JsonObject? rollout, string arm) => $"{rollout.Text("status", arm, "image")} {rollout.Text("status", arm, "revision")} at {rollout.Number("status", arm, "weight")}";

    private static string? Image(JsonObject? workload) => workload.Items("spec", "template", "spec", "containers").FirstOrDefault().Text("image");
}
