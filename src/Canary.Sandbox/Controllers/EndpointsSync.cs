using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>The Endpoints and EndpointSlice controllers as one pure function: which pods a Service's clients may call.</summary>
internal static class EndpointsSync
{
    /// <param name="service">As read from the API server.</param>
    /// <param name="pods">The pods of its namespace that its selector matches.</param>
    /// <param name="endpoints">The Endpoints object of the same name, or null.</param>
    /// <param name="slice">The EndpointSlice named <see cref="SliceName"/>, or null.</param>
    public static SyncPlan Plan(JsonObject service, IReadOnlyList<JsonObject> pods, JsonObject? endpoints, JsonObject? slice)
    {
        var selector = LabelSelector.OfLabels(service.At("spec", "selector"));
        if (selector.IsEmpty || service.IsBeingDeleted())
        {
            return SyncPlan.Nothing;
        }

        List<JsonObject> members =
        [
            .. pods.Where(pod => pod.Text("status", "podIP") is not null && pod.Text("status", "phase") is not ("Succeeded" or "Failed") && selector.Matches(pod.Labels()))
                .OrderBy(pod => pod.Name(), StringComparer.Ordinal),
        ];
        List<ClusterWrite> writes = [];
        Write(writes, endpoints, Endpoints(service, members), "subsets");
        Write(writes, slice, Slice(service, members), "endpoints", "ports");
        return new SyncPlan(writes);
    }

    public static string SliceName(string service) => $"{service}-sandbox";

    /// <summary>The port of a pod that a Service's port leads to: a number, or the name of one of its containers' ports.</summary>
    public static int? TargetPort(JsonNode servicePort, JsonNode? pod)
    {
        if (servicePort.Text("targetPort") is not { } name)
        {
            return (int?)(servicePort.Number("targetPort") ?? servicePort.Number("port"));
        }

        return pod.Items("spec", "containers").SelectMany(container => container.Items("ports"))
            .Where(port => port.Text("name") == name).Select(port => (int?)port.Whole("containerPort")).FirstOrDefault();
    }

    public static bool IsReady(JsonNode pod) => pod.Condition("Ready").Text("status") == "True" && !pod.IsBeingDeleted();

    private static void Write(List<ClusterWrite> writes, JsonObject? current, JsonObject wanted, params ReadOnlySpan<string> fields)
    {
        if (current is null)
        {
            writes.Add(new ClusterWrite.Create(wanted));
            return;
        }

        var changes = new JsonObject();
        foreach (var field in fields)
        {
            if (!JsonNode.DeepEquals(current[field] is JsonArray { Count: 0 } ? null : current[field], wanted[field] is JsonArray { Count: 0 } ? null : wanted[field]))
            {
                changes[field] = wanted[field]?.DeepClone();
            }
        }

        if (changes.Count > 0)
        {
            writes.Add(new ClusterWrite.Patch(wanted.Text("kind")!, wanted.Namespace(), wanted.Name(), null, changes));
        }
    }

    private static JsonObject Endpoints(JsonObject service, List<JsonObject> members)
    {
        JsonArray Addresses(bool ready) =>
            [.. members.Where(pod => !pod.IsBeingDeleted() && IsReady(pod) == ready).Select(pod => new JsonObject { ["ip"] = pod.Text("status", "podIP"), ["targetRef"] = TargetReference(pod) })];

        var subset = new JsonObject();
        foreach (var (field, ready) in new[] { ("addresses", true), ("notReadyAddresses", false) })
        {
            if (Addresses(ready) is { Count: > 0 } addresses)
            {
                subset[field] = addresses;
            }
        }

        var subsets = new JsonArray();
        if (subset.Count > 0)
        {
            subset["ports"] = Ports(service, members);
            subsets.Add(subset);
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Endpoints",
            ["metadata"] = new JsonObject { ["name"] = service.Name(), ["namespace"] = service.Namespace(), ["labels"] = service.Labels().ToJson() },
            ["subsets"] = subsets,
        };
    }

    private static JsonObject Slice(JsonObject service, List<JsonObject> members) => new()
    {
        ["apiVersion"] = "discovery.k8s.io/v1",
        ["kind"] = "EndpointSlice",
        ["metadata"] = new JsonObject
        {
            ["name"] = SliceName(service.Name()),
            ["namespace"] = service.Namespace(),
            ["labels"] = new JsonObject
            {
                ["kubernetes.io/service-name"] = service.Name(),
                ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io",
            },
            ["ownerReferences"] = new JsonArray(Ownership.Reference(service, "v1", "Service")),
        },
        ["addressType"] = "IPv4",
        ["endpoints"] = new JsonArray(
        [
            .. members.Select(pod => new JsonObject
            {
                ["addresses"] = new JsonArray(pod.Text("status", "podIP")),
                ["conditions"] = new JsonObject
                {
                    ["ready"] = IsReady(pod),
                    ["serving"] = pod.Condition("Ready").Text("status") == "True",
                    ["terminating"] = pod.IsBeingDeleted(),
                },
                ["targetRef"] = TargetReference(pod),
            }),
        ]),
        ["ports"] = Ports(service, members),
    };

    private static JsonObject TargetReference(JsonObject pod) =>
        new() { ["kind"] = "Pod", ["namespace"] = pod.Namespace(), ["name"] = pod.Name(), ["uid"] = pod.Uid() };

    private static JsonArray Ports(JsonObject service, List<JsonObject> members)
    {
        var ports = new JsonArray();
        foreach (var servicePort in service.Items("spec", "ports"))
        {
            if (TargetPort(servicePort, members.FirstOrDefault()) is not { } number)
            {
                continue;
            }

            var port = new JsonObject { ["port"] = number, ["protocol"] = servicePort.Text("protocol") ?? "TCP" };
            if (servicePort.Text("name") is { } name)
            {
                port["name"] = name;
            }

            ports.Add(port);
        }

        return ports;
    }
}
