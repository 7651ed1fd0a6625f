using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Tolerant reading of a JSON tree: a missing or wrongly typed field reads as null.</summary>
internal static class JsonReading
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (node is not JsonObject fields || !fields.TryGetPropertyValue(name, out node))
            {
                return null;
            }
        }

        return node;
    }

    public static JsonObject? Fields(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    public static JsonArray? Items(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonArray;

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long? Whole(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && TryGetWhole(value, out var number) ? number : null;

    public static bool Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static JsonObject FieldsOrNew(this JsonObject node, string name)
    {
        if (node[name] is JsonObject existing)
        {
            return existing;
        }

        var created = new JsonObject();
        node[name] = created;
        return created;
    }

    public static JsonArray ItemsOrNew(this JsonObject node, string name)
    {
        if (node[name] is JsonArray existing)
        {
            return existing;
        }

        var created = new JsonArray();
        node[name] = created;
        return created;
    }

    /// <summary>Sets a default: nothing happens when the field is there and is not null.</summary>
    public static void Default(this JsonObject node, string name, JsonNode? value)
    {
        if (node[name] is null)
        {
            node[name] = value;
        }
    }

    public static JsonObject Copy(this JsonObject node) => (JsonObject)node.DeepClone();

    public static bool TryGetWhole(JsonValue value, out long number)
    {
        if (value.TryGetValue(out number))
        {
            return true;
        }

        if (value.TryGetValue<int>(out var small))
        {
            number = small;
            return true;
        }

        if (value.TryGetValue<double>(out var real) && Math.Floor(real) == real && Math.Abs(real) < 9e15)
        {
            number = (long)real;
            return true;
        }

        return false;
    }

    public static bool TryGetNumber(this JsonNode? node, out double number)
    {
        number = 0;
        if (node is not JsonValue value)
        {
            return false;
        }

        if (TryGetWhole(value, out var whole))
        {
            number = whole;
            return true;
        }

        return value.TryGetValue(out number);
    }

    public static bool IsText(this JsonNode? node, [NotNullWhen(true)] out string? text)
    {
        text = node.Text();
        return text is not null;
    }

    /// <summary>The JSON type's name as a real server's messages spell it.</summary>
    public static string TypeName(this JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => node is JsonValue value && TryGetWhole(value, out _) ? "integer" : "number",
        _ => "boolean",
    };
}
