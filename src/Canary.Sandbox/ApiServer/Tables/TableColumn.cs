using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>One column of <c>kubectl get</c>. A priority above 0 shows with <c>-o wide</c> only.</summary>
internal sealed record TableColumn(string Name, string Type, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public string Description { get; init; } = "";

    public string Format { get; init; } = "";

    public static readonly TableColumn ObjectName = new("Name", "string", 0, (root, _) => root.Text("metadata", "name")) { Format = "name" };

    public static readonly TableColumn Age = new("Age", "string", 0, (root, now) => HumanDuration.Since(root.Text("metadata", "creationTimestamp"), now));

    public JsonObject ToDefinition() => new()
    {
        ["name"] = Name,
        ["type"] = Type,
        ["format"] = Format,
        ["description"] = Description,
        ["priority"] = (long)Priority,
    };
}
