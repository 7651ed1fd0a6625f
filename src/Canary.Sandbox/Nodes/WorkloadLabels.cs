using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Nodes;

/// <summary>What Istio's metrics say about one side of a request; what is not known is "unknown". Immutable.</summary>
internal sealed record WorkloadLabels(string Workload, string Namespace, string App, string Version, string CanonicalService, string CanonicalRevision, string Principal)
{
    public const string NotKnown = "unknown";

    public static WorkloadLabels Unknown { get; } = new(NotKnown, NotKnown, NotKnown, NotKnown, NotKnown, "latest", NotKnown);

    /// <summary>Derives the labels from a pod as Istio's injector does.</summary>
    public static WorkloadLabels Of(JsonNode pod)
    {
        var labels = pod.Labels();
        string? Label(string key) => labels.GetValueOrDefault(key);
        var workload = WorkloadOf(pod, labels);
        var account = pod.Text("spec", "serviceAccountName") ?? "default";
        return new WorkloadLabels(
            workload,
            pod.Namespace(),
            Label("app") ?? NotKnown,
            Label("version") ?? NotKnown,
            Label("service.istio.io/canonical-name") ?? Label("app.kubernetes.io/name") ?? Label("app") ?? workload,
            Label("service.istio.io/canonical-revision") ?? Label("app.kubernetes.io/version") ?? Label("version") ?? "latest",
            $"spiffe://cluster.local/ns/{pod.Namespace()}/sa/{account}");
    }

    private static string WorkloadOf(JsonNode pod, IReadOnlyDictionary<string, string> labels)
    {
        if (Ownership.ControllerOf(pod) is not { } owner)
        {
            return pod.Name();
        }

        // a ReplicaSet whose name ends in the template hash counts as its Deployment, whoever owns it
        var name = owner.Text("name") ?? pod.Name();
        return labels.TryGetValue(PodTemplate.HashLabel, out var hash) && name.EndsWith($"-{hash}", StringComparison.Ordinal) ? name[..^(hash.Length + 1)] : name;
    }
}
