using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Traffic;

/// <summary>Reads mesh objects as they are: a field of another type than expected reads as absent, never as an exception.</summary>
internal static class IstioJson
{
    /// <summary>The text of a node; null when it is absent, empty or no text.</summary>
    public static string? Text(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    /// <summary>A field of an object; null when there is no such field or no such object.</summary>
    public static JsonNode? Field(this JsonNode? node, string name) =>
        node is JsonObject parent && parent.TryGetPropertyValue(name, out var value) ? value : null;

    /// <summary>The items of a list that are objects, with their places; empty when it is no list.</summary>
    public static IEnumerable<(int Index, JsonObject Item)> Objects(this JsonNode? node)
    {
        if (node is JsonArray list)
        {
            for (var index = 0; index < list.Count; index++)
            {
                if (list[index] is JsonObject item)
                {
                    yield return (index, item);
                }
            }
        }
    }

    /// <summary>The texts of a list; empty when it is no list.</summary>
    public static IEnumerable<string> Texts(this JsonNode? node)
    {
        foreach (var item in node as JsonArray ?? [])
        {
            if (item.Text() is { } text)
            {
                yield return text;
            }
        }
    }

    /// <summary>Whether a node holds anything; an empty object, list or text holds nothing, as in protobuf.</summary>
    public static bool IsSet(this JsonNode? node) => node switch
    {
        null => false,
        JsonObject fields => fields.Count > 0,
        JsonArray items => items.Count > 0,
        _ => node.Text() is not null || node.GetValueKind() is not (JsonValueKind.Null or JsonValueKind.String),
    };

    /// <summary>A whole number; null when the node is absent or no whole number.</summary>
    public static long? Integer(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return null;
        }

        // A number made in this process holds one CLR type only, so its text is what all kinds share.
        return value.TryGetValue<int>(out var small) ? small
            : decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue ? (long)number
            : null;
    }

    /// <summary>The object's name; empty when it has none.</summary>
    public static string Name(this JsonObject resource) => resource.Field("metadata").Field("name").Text() ?? "";
}
