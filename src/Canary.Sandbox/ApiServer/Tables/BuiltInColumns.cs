using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Columns of built-in kinds, as a real server prints them.</summary>
internal static class BuiltInColumns
{
    public static IReadOnlyList<TableColumn> For(string plural) => plural switch
    {
        "pods" => Pods,
        "deployments" => Deployments,
        "replicasets" => ReplicaSets,
        "services" => Services,
        "events" => Events,
        "namespaces" => [TableColumn.ObjectName, Text("Status", root => root.Text("status", "phase")), TableColumn.Age],
        "nodes" => Nodes,
        "leases" => [TableColumn.ObjectName, Text("Holder", root => root.Text("spec", "holderIdentity")), TableColumn.Age],
        "endpoints" => [TableColumn.ObjectName, Text("Endpoints", Addresses), TableColumn.Age],
        "endpointslices" => EndpointSlices,
        "configmaps" => [TableColumn.ObjectName, Number("Data", root => (root.Fields("data")?.Count ?? 0) + (root.Fields("binaryData")?.Count ?? 0)), TableColumn.Age],
        "secrets" => [TableColumn.ObjectName, Text("Type", root => root.Text("type")), Number("Data", root => root.Fields("data")?.Count ?? 0), TableColumn.Age],
        "horizontalpodautoscalers" => Autoscalers,
        "poddisruptionbudgets" => Budgets,
        "customresourcedefinitions" => [TableColumn.ObjectName, Text("Created At", root => root.Text("metadata", "creationTimestamp"))],
        _ => [TableColumn.ObjectName, TableColumn.Age],
    };

    private static readonly IReadOnlyList<TableColumn> Pods =
    [
        TableColumn.ObjectName,
        Text("Ready", PodCells.Ready),
        Text("Status", PodCells.Status),
        Text("Restarts", root => PodCells.Restarts(root).ToString(CultureInfo.InvariantCulture)),
        TableColumn.Age,
        Wide("IP", root => root.Text("status", "podIP")),
        Wide("Node", root => root.Text("spec", "nodeName")),
        Wide("Nominated Node", root => root.Text("status", "nominatedNodeName")),
        Wide("Readiness Gates", _ => null),
    ];

    private static readonly IReadOnlyList<TableColumn> Deployments =
    [
        TableColumn.ObjectName,
        Text("Ready", root => $"{root.Whole("status", "readyReplicas") ?? 0}/{root.Whole("spec", "replicas") ?? 0}"),
        Number("Up-to-date", root => root.Whole("status", "updatedReplicas") ?? 0),
        Number("Available", root => root.Whole("status", "availableReplicas") ?? 0),
        TableColumn.Age,
        .. Template,
    ];

    private static readonly IReadOnlyList<TableColumn> ReplicaSets =
    [
        TableColumn.ObjectName,
        Number("Desired", root => root.Whole("spec", "replicas") ?? 0),
        Number("Current", root => root.Whole("status", "replicas") ?? 0),
        Number("Ready", root => root.Whole("status", "readyReplicas") ?? 0),
        TableColumn.Age,
        .. Template,
    ];

    private static IReadOnlyList<TableColumn> Template =>
    [
        Wide("Containers", root => Containers(root, "name")),
        Wide("Images", root => Containers(root, "image")),
        Wide("Selector", root => Labels(root.Fields("spec", "selector", "matchLabels"))),
    ];

    private static readonly IReadOnlyList<TableColumn> Services =
    [
        TableColumn.ObjectName,
        Text("Type", root => root.Text("spec", "type")),
        Text("Cluster-IP", root => root.Text("spec", "clusterIP")),
        Text("External-IP", root => root.Text("spec", "externalName")),
        Text("Port(s)", root => string.Join(",", root.Items("spec", "ports")?.Select(port => $"{port.Whole("port")}/{port.Text("protocol")}") ?? [])),
        TableColumn.Age,
        Wide("Selector", root => Labels(root.Fields("spec", "selector"))),
    ];

    private static readonly IReadOnlyList<TableColumn> Events =
    [
        new("Last Seen", "string", 0, (root, now) => HumanDuration.Since(
            root.Text("lastTimestamp") ?? root.Text("series", "lastObservedTime") ?? root.Text("eventTime") ?? root.Text("metadata", "creationTimestamp"), now)),
        Text("Type", root => root.Text("type")),
        Text("Reason", root => root.Text("reason")),
        Text("Object", root => $"{(root.Text("involvedObject", "kind") ?? root.Text("regarding", "kind"))?.ToLowerInvariant()}/{root.Text("involvedObject", "name") ?? root.Text("regarding", "name")}"),
        Wide("Subobject", root => root.Text("involvedObject", "fieldPath")),
        Wide("Source", root => root.Text("source", "component") ?? root.Text("reportingComponent") ?? root.Text("reportingController")),
        Text("Message", root => (root.Text("message") ?? root.Text("note"))?.Trim()),
        Wide("Count", root => (root.Whole("count") ?? 1).ToString(CultureInfo.InvariantCulture)),
        new("Name", "string", 1, (root, _) => root.Text("metadata", "name")) { Format = "name" },
    ];

    private static readonly IReadOnlyList<TableColumn> Nodes =
    [
        TableColumn.ObjectName,
        Text("Status", root => root.Items("status", "conditions")?.Any(item => item.Text("type") == "Ready" && item.Text("status") == "True") == true ? "Ready" : "NotReady"),
        Text("Roles", _ => null),
        TableColumn.Age,
        Text("Version", root => root.Text("status", "nodeInfo", "kubeletVersion")),
    ];

    private static readonly IReadOnlyList<TableColumn> EndpointSlices =
    [
        TableColumn.ObjectName,
        Text("AddressType", root => root.Text("addressType")),
        Text("Ports", root => string.Join(",", root.Items("ports")?.Select(port => $"{port.Whole("port")}") ?? [])),
        Text("Endpoints", root => string.Join(",", root.Items("endpoints")?.SelectMany(endpoint => endpoint.Items("addresses") ?? []).Select(address => address.Text()) ?? [])),
        TableColumn.Age,
    ];

    private static readonly IReadOnlyList<TableColumn> Autoscalers =
    [
        TableColumn.ObjectName,
        Text("Reference", root => $"{root.Text("spec", "scaleTargetRef", "kind")}/{root.Text("spec", "scaleTargetRef", "name")}"),
        Number("MinPods", root => root.Whole("spec", "minReplicas") ?? 1),
        Number("MaxPods", root => root.Whole("spec", "maxReplicas") ?? 0),
        Number("Replicas", root => root.Whole("status", "currentReplicas") ?? 0),
        TableColumn.Age,
    ];

    private static readonly IReadOnlyList<TableColumn> Budgets =
    [
        TableColumn.ObjectName,
        Text("Min Available", root => Plain(root.At("spec", "minAvailable")) ?? "N/A"),
        Text("Max Unavailable", root => Plain(root.At("spec", "maxUnavailable")) ?? "N/A"),
        Number("Allowed Disruptions", root => root.Whole("status", "disruptionsAllowed") ?? 0),
        TableColumn.Age,
    ];

    private static TableColumn Text(string name, Func<JsonObject, string?> cell) => new(name, "string", 0, (root, _) => Shown(cell(root)));

    private static TableColumn Wide(string name, Func<JsonObject, string?> cell) => new(name, "string", 1, (root, _) => Shown(cell(root)));

    private static TableColumn Number(string name, Func<JsonObject, long> cell) => new(name, "integer", 0, (root, _) => cell(root));

    private static string Shown(string? text) => string.IsNullOrEmpty(text) ? "<none>" : text;

    private static string? Plain(JsonNode? value) => value is null ? null : value.Text() ?? value.ToJsonString();

    private static string Containers(JsonObject root, string field) =>
        string.Join(",", root.Items("spec", "template", "spec", "containers")?.Select(container => container.Text(field)) ?? []);

    private static string Labels(JsonObject? labels) => string.Join(",", labels?.Select(label => $"{label.Key}={label.Value.Text()}") ?? []);

    private static string Addresses(JsonObject root) => string.Join(",", (root.Items("subsets") ?? []).SelectMany(subset =>
        (subset.Items("addresses") ?? []).SelectMany(address => (subset.Items("ports") ?? []).Select(port => $"{address.Text("ip")}:{port.Whole("port")}"))));
}
