using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

internal static class ServiceRules
{
    public static void Service(JsonObject service, JsonObject? old, List<StatusCause> causes)
    {
        var spec = service.Fields("spec");
        var headless = spec.Text("clusterIP") == "None";
        var ports = spec.Items("ports") ?? [];
        if (ports.Count == 0 && !headless && spec.Text("type") != "ExternalName")
        {
            causes.Add(StatusCause.Required("spec.ports"));
        }

        for (var index = 0; index < ports.Count; index++)
        {
            Port(ports[index], "port", $"spec.ports[{index}].port", causes);
            if (ports.Count > 1 && string.IsNullOrEmpty(ports[index].Text("name")))
            {
                causes.Add(StatusCause.Required($"spec.ports[{index}].name"));
            }
        }

        if (old.Text("spec", "clusterIP") is { Length: > 0 } address && address != spec.Text("clusterIP") && spec.Text("type") != "ExternalName")
        {
            causes.Add(StatusCause.Invalid("spec.clusterIPs[0]", $"[\"{spec.Text("clusterIP")}\"]", "may not change once set"));
        }
    }

    public static void Port(JsonNode? item, string field, string path, List<StatusCause> causes)
    {
        if (item.Whole(field) is not { } port)
        {
            causes.Add(StatusCause.Required(path));
        }
        else if (port is < 1 or > 65535)
        {
            causes.Add(StatusCause.Invalid(path, $"{port}", "must be between 1 and 65535, inclusive"));
        }
    }
}
