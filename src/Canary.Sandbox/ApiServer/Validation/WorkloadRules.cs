using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>The rules of workloads that users run into most: selectors, containers, names, replicas.</summary>
internal static class WorkloadRules
{
    public static void Deployment(JsonObject deployment, JsonObject? old, List<StatusCause> causes)
    {
        Replicated(deployment, old, causes);
        var spec = deployment.Fields("spec");
        if (spec.Fields("strategy", "rollingUpdate") is { } rolling && IsZero(rolling["maxSurge"]) && IsZero(rolling["maxUnavailable"]))
        {
            causes.Add(StatusCause.Invalid("spec.strategy.rollingUpdate.maxUnavailable", "0", "may not be 0 when `maxSurge` is 0"));
        }

        if (spec.Text("strategy", "type") is { } type and not ("RollingUpdate" or "Recreate"))
        {
            causes.Add(StatusCause.Unsupported("spec.strategy.type", $"\"{type}\"", ["\"Recreate\"", "\"RollingUpdate\""]));
        }

        if (spec.Whole("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Whole("minReadySeconds") ?? 0))
        {
            causes.Add(StatusCause.Invalid("spec.progressDeadlineSeconds", $"{deadline}", "must be greater than minReadySeconds"));
        }
    }

    public static void ReplicaSet(JsonObject replicaSet, JsonObject? old, List<StatusCause> causes) => Replicated(replicaSet, old, causes);

    public static void Pod(JsonObject pod, JsonObject? old, List<StatusCause> causes) => PodSpec(pod.Fields("spec"), "spec", causes);

    private static void Replicated(JsonObject root, JsonObject? old, List<StatusCause> causes)
    {
        if (root.Fields("spec") is not { } spec)
        {
            causes.Add(StatusCause.Required("spec.selector"));
            causes.Add(StatusCause.Required("spec.template.spec.containers"));
            return;
        }

        if (spec.Whole("replicas") is < 0 and var replicas)
        {
            causes.Add(StatusCause.Invalid("spec.replicas", $"{replicas}", "must be greater than or equal to 0"));
        }

        Selector(spec, causes);
        if (old is not null && !JsonNode.DeepEquals(old.At("spec", "selector"), spec["selector"]))
        {
            causes.Add(StatusCause.Invalid("spec.selector", spec["selector"]?.ToJsonString() ?? "null", "field is immutable"));
        }

        MetadataRules.CheckLabels(spec.Fields("template", "metadata", "labels"), "spec.template.metadata.labels", causes);
        PodSpec(spec.Fields("template", "spec"), "spec.template.spec", causes);
        if (spec.Text("template", "spec", "restartPolicy") is { } policy and not "Always")
        {
            causes.Add(StatusCause.Unsupported("spec.template.spec.restartPolicy", $"\"{policy}\"", ["\"Always\""]));
        }
    }

    private static void Selector(JsonObject spec, List<StatusCause> causes)
    {
        var selector = spec.Fields("selector");
        if (selector is null || selector.Count == 0)
        {
            causes.Add(StatusCause.Required("spec.selector"));
            causes.Add(StatusCause.Invalid("spec.template.metadata.labels", Labels(), "`selector` does not match template `labels`"));
        }
        else if (!LabelSelector.FromObject(selector).MatchesLabels(spec.Fields("template", "metadata", "labels")))
        {
            causes.Add(StatusCause.Invalid("spec.template.metadata.labels", Labels(), "`selector` does not match template `labels`"));
        }

        string Labels() => spec.Fields("template", "metadata", "labels")?.ToJsonString() ?? "{}";
    }

    private static void PodSpec(JsonObject? spec, string path, List<StatusCause> causes)
    {
        if (spec.Items("containers") is not { Count: > 0 })
        {
            causes.Add(StatusCause.Required($"{path}.containers"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in new[] { "initContainers", "containers" })
        {
            var containers = spec.Items(list) ?? [];
            for (var index = 0; index < containers.Count; index++)
            {
                Container(containers[index], $"{path}.{list}[{index}]", names, causes);
            }
        }
    }

    private static void Container(JsonNode? container, string path, HashSet<string> names, List<StatusCause> causes)
    {
        var name = container.Text("name") ?? "";
        if (name.Length == 0)
        {
            causes.Add(StatusCause.Required($"{path}.name"));
        }
        else if (NameRules.DnsLabel(name) is { } wrong)
        {
            causes.Add(StatusCause.Invalid($"{path}.name", $"\"{name}\"", wrong));
        }
        else if (!names.Add(name))
        {
            causes.Add(StatusCause.Duplicate($"{path}.name", $"\"{name}\""));
        }

        if (string.IsNullOrEmpty(container.Text("image")))
        {
            causes.Add(StatusCause.Required($"{path}.image"));
        }

        var ports = container.Items("ports") ?? [];
        for (var index = 0; index < ports.Count; index++)
        {
            ServiceRules.Port(ports[index], "containerPort", $"{path}.ports[{index}].containerPort", causes);
        }
    }

    private static bool IsZero(JsonNode? value) => value.Whole() == 0 || value.Text() is "0" or "0%";
}
