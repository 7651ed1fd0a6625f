using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Tests.Controllers;

/// <summary>Builds the few objects that the tests of controllers, nodes and mesh need.</summary>
internal static class ClusterObjects
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static JsonObject Template(string image) => Parse($$$"""
        {"metadata": {"labels": {"app": "checkout"}}, "spec": {"containers": [{"name": "app", "image": "{{{image}}}", "ports": [{"name": "http", "containerPort": 8080}]}]}}
        """);

    public static JsonObject Deployment(string image, int replicas, bool paused = true) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = "Deployment",
        ["metadata"] = new JsonObject { ["name"] = "checkout", ["namespace"] = "shop", ["uid"] = "deployment-uid", ["generation"] = 3, ["resourceVersion"] = "100" },
        ["spec"] = new JsonObject
        {
            ["replicas"] = replicas,
            ["paused"] = paused,
            ["selector"] = Parse("""{"matchLabels": {"app": "checkout"}}"""),
            ["template"] = Template(image),
        },
    };

    /// <param name="hash">Names it, and is its template's label.</param>
    /// <param name="image">Of its template.</param>
    /// <param name="replicas">Asked for, running and available alike.</param>
    /// <param name="owner">Kind of its controller; null for an orphan.</param>
    /// <param name="revision">Revision annotation; 0 for none.</param>
    /// <param name="desired">Annotation desired-replicas (and max-replicas a quarter above); null for none.</param>
    /// <param name="ageMinutes">Before noon.</param>
    public static JsonObject ReplicaSet(
        string hash, string image, int replicas, string? owner = "Deployment", int revision = 1, int? desired = null, int ageMinutes = 10)
    {
        var template = Template(image);
        template["metadata"]!["labels"]!["pod-template-hash"] = hash;
        var annotations = new JsonObject();
        if (revision > 0)
        {
            annotations["deployment.kubernetes.io/revision"] = revision.ToString(CultureInfo.InvariantCulture);
        }

        if (desired is { } size)
        {
            annotations["deployment.kubernetes.io/desired-replicas"] = size.ToString(CultureInfo.InvariantCulture);
            annotations["deployment.kubernetes.io/max-replicas"] = (size + (int)Math.Ceiling(size * 0.25)).ToString(CultureInfo.InvariantCulture);
        }

        var metadata = new JsonObject
        {
            ["name"] = $"checkout-{hash}",
            ["namespace"] = "shop",
            ["uid"] = $"uid-{hash}",
            ["resourceVersion"] = "7",
            ["generation"] = 1,
            ["creationTimestamp"] = (Noon - TimeSpan.FromMinutes(ageMinutes)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["labels"] = new JsonObject { ["app"] = "checkout", ["pod-template-hash"] = hash },
            ["annotations"] = annotations,
        };
        if (owner is not null)
        {
            var uid = owner == "Deployment" ? "deployment-uid" : "rollout-uid";
            metadata["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = owner == "Deployment" ? "apps/v1" : "canary.dev/v1alpha1", ["kind"] = owner, ["name"] = "checkout", ["uid"] = uid, ["controller"] = true,
            });
        }

        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "checkout", ["pod-template-hash"] = hash } },
                ["template"] = template,
            },
            ["status"] = new JsonObject { ["replicas"] = replicas, ["readyReplicas"] = replicas, ["availableReplicas"] = replicas, ["observedGeneration"] = 1 },
        };
    }

    public static JsonObject Pod(string name, string hash = "aaa", bool ready = true, string? owner = null, string address = "127.64.0.2", int readySecondsAgo = 60) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = "shop",
            ["uid"] = $"uid-{name}",
            ["labels"] = new JsonObject { ["app"] = "checkout", ["pod-template-hash"] = hash },
            ["ownerReferences"] = owner is null ? new JsonArray() : new JsonArray(new JsonObject { ["kind"] = "ReplicaSet", ["name"] = $"checkout-{hash}", ["uid"] = owner, ["controller"] = true }),
        },
        ["spec"] = Template("shop/checkout:v1")["spec"]!.DeepClone(),
        ["status"] = new JsonObject
        {
            ["phase"] = ready ? "Running" : "Pending",
            ["podIP"] = address,
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = ready ? "True" : "False",
                ["lastTransitionTime"] = (Noon - TimeSpan.FromSeconds(readySecondsAgo)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            }),
        },
    };

    public static JsonObject Service(int port = 80) => Parse($$$"""
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "checkout", "namespace": "shop", "uid": "service-uid"},
         "spec": {"selector": {"app": "checkout"}, "ports": [{"name": "http", "port": {{{port}}}, "targetPort": "http"}]}}
        """);

    public static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
