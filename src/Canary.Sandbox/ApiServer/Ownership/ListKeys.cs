using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>How list items are named in <c>fieldsV1</c>: by their key fields as canonical JSON, or by their value.</summary>
internal static class ListKeys
{
    public static string Of(JsonObject item, IReadOnlyList<string> keys)
    {
        var key = new JsonObject();
        foreach (var name in keys.Order(StringComparer.Ordinal))
        {
            // a service's or container's port is TCP unless it says so
            var value = item[name]?.DeepClone() ?? (name == "protocol" ? JsonValue.Create("TCP") : null);
            if (value is not null)
            {
                key[name] = value;
            }
        }

        return Encoding.UTF8.GetString(JsonTree.Serialize(key));
    }

    public static string Of(JsonNode? value) => Encoding.UTF8.GetString(JsonTree.Serialize(value));
}
