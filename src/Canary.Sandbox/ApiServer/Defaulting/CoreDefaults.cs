using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Defaults of the small core kinds.</summary>
internal static class CoreDefaults
{
    public static void Namespace(JsonObject @namespace)
    {
        @namespace.FieldsOrNew("spec").Default("finalizers", new JsonArray("kubernetes"));
        if (@namespace.Text("metadata", "name") is { } name)
        {
            @namespace.FieldsOrNew("metadata").FieldsOrNew("labels")["kubernetes.io/metadata.name"] = name;
        }
    }

    public static void PrepareNamespace(JsonObject @namespace) => @namespace["status"] = new JsonObject { ["phase"] = "Active" };

    public static void PreparePod(JsonObject pod) => pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = Quality(pod) };

    public static void Secret(JsonObject secret)
    {
        secret.Default("type", "Opaque");
        if (secret["stringData"] is JsonObject plain)
        {
            var data = secret.FieldsOrNew("data");
            foreach (var (name, value) in plain)
            {
                data[name] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value.Text() ?? ""));
            }

            secret.Remove("stringData");
        }
    }

    public static void Event(JsonObject @event) => @event.Default("type", "Normal");

    private static string Quality(JsonObject pod)
    {
        var containers = pod.Items("spec", "containers")?.OfType<JsonObject>().ToList() ?? [];
        if (containers.All(container => container.Fields("resources", "requests") is null && container.Fields("resources", "limits") is null))
        {
            return "BestEffort";
        }

        var guaranteed = containers.All(container => container.Fields("resources", "limits") is { Count: >= 2 } limits
            && JsonNode.DeepEquals(limits, container.Fields("resources", "requests")));
        return guaranteed ? "Guaranteed" : "Burstable";
    }
}
