using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Controllers;
using YamlTree = Canary.Kubernetes.Json.YamlTree;

namespace Canary.Scenarios.Crash;

/// <summary>The workload of every run, with times that a test can spend.</summary>
internal static class Shop
{
    public const string Name = "checkout";

    /// <summary>The plan's weights, in order.</summary>
    public static readonly int[] Weights = [5, 50, 100];

    /// <summary>The objects of a namespace, in the order in which they are created.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="fresh">Whether the candidate is compared with a fresh baseline.</param>
    public static IReadOnlyList<JsonObject> Objects(string ns, bool fresh = false) => [.. YamlTree.ParseAll((fresh ? WithBaseline(Manifests) : Manifests)
        .Replace("NS", ns, StringComparison.Ordinal)).OfType<JsonObject>()];

    private const string Manifests = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: NS}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: checkout, namespace: NS, labels: {app: checkout}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: checkout}}
          template:
            metadata: {labels: {app: checkout}}
            spec: {containers: [{name: checkout, image: "shop/checkout:v1", ports: [{name: http, containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: checkout, namespace: NS}
        spec: {selector: {app: checkout}, ports: [{name: http, port: 80, targetPort: http}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: checkout, namespace: NS}
        spec:
          hosts: [checkout]
          http:
            - name: primary
              route:
                - {destination: {host: checkout, subset: stable}, weight: 100}
                - {destination: {host: checkout, subset: canary}, weight: 0}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: checkout, namespace: NS}
        spec:
          host: checkout
          subsets:
            - {name: stable, labels: {app: checkout}}
            - {name: canary, labels: {app: checkout}}
        ---
        apiVersion: canary.dev/v1alpha1
        kind: AnalysisTemplate
        metadata: {name: errors, namespace: NS}
        spec:
          metrics:
            - name: errors
              errorRate:
                requests: [requests_total]
                errors: ['requests_total{code="500"}']
                acceptDifference: "0.1"
        ---
        apiVersion: canary.dev/v1alpha1
        kind: Rollout
        metadata: {name: checkout, namespace: NS}
        spec:
          workloadRef: {name: checkout}
          service: checkout
          traffic:
            istio:
              virtualServices: [{name: checkout, routes: [primary]}]
              propagation: 20ms
          strategy:
            canary:
              steps:
                - setWeight: 5
                - analyze: {atMost: 30s}
                - setWeight: 50
                - analyze: {atMost: 30s}
                - setWeight: 100
                - analyze: {atMost: 30s}
          analysis:
            interval: 100ms
            warmUp: 0s
            templates: [{name: errors}]
          progressDeadline: 1m
          scaleDownDelay: 50ms
        """;

    private static string WithBaseline(string manifests) => manifests
        .Replace("subset: canary}, weight: 0}", "subset: canary}, weight: 0}\n        - {destination: {host: checkout, subset: baseline}, weight: 0}", StringComparison.Ordinal)
        .Replace("- {name: canary, labels: {app: checkout}}", "- {name: canary, labels: {app: checkout}}\n    - {name: baseline, labels: {app: checkout}}", StringComparison.Ordinal)
        .Replace("warmUp: 0s", "warmUp: 0s\n    baseline: Fresh", StringComparison.Ordinal);

    /// <summary>Asks for another image, as a person does.</summary>
    public static Task SetImageAsync(KubernetesApi api, string ns, string image, CancellationToken cancellation)
    {
        var patch = new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = "/spec/template/spec/containers/0/image", ["value"] = image });
        return api.PatchAsync(Kubernetes.Api.ResourceKind.Deployments, ns, Name, PatchKind.JsonPatch, patch, null, cancellation);
    }

    /// <summary>The candidate's weight in a VirtualService, or another subset's.</summary>
    public static int WeightOf(JsonObject? virtualService, string of = "canary") => virtualService.Items("spec", "http").First().Items("route").Where(route => route.Text("destination", "subset") == of).Sum(route => route.Whole("weight"));

    /// <summary>The candidate's share of the requests, in percent: its weight, and all once the stable subset selects it too.</summary>
    public static int ShareOf(Journal journal) =>
        journal.Find("Rollout", Name).Text("status", "candidate", "revision") is { } candidate && SubsetOf(journal.Find("DestinationRule", Name), "stable") == candidate
            ? 100
            : WeightOf(journal.Find("VirtualService", Name));

    /// <summary>The revision that a subset of a DestinationRule selects; null when it selects every pod.</summary>
    public static string? SubsetOf(JsonObject? destinationRule, string subset) =>
        destinationRule.Items("spec", "subsets").First(entry => entry.Text("name") == subset).Text("labels", "pod-template-hash");

    /// <summary>Whether the engine has taken the workload over: from here a new image starts a rollout.</summary>
    public static bool IsTakenOver(Journal journal) => journal.Find("Rollout", Name).Text("status", "phase") == "Healthy"
        && journal.Find("Deployment", Name).Flag("spec", "paused")
        && journal.Find("DestinationRule", Name) is { } rule && SubsetOf(rule, "stable") is not null;

    /// <summary>Whether a pod answers requests.</summary>
    public static bool IsReady(JsonObject pod) => pod.Condition("Ready").Text("status") == "True" && !pod.IsBeingDeleted();
}
