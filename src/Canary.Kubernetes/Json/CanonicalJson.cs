using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Json;

/// <summary>
/// One text for every JSON value, however it was written: members sorted by ordinal, no spaces, strings with the fewest escapes, numbers by value
/// without rounding. The form never changes: hashes of it are stored in the cluster.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Writes a value in canonical form.</summary>
    /// <param name="node">The value; null is JSON's null.</param>
    /// <returns>The text.</returns>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    /// <summary>Whether two values are equal: same members in any order, same items in the same order, numbers equal by value (1, 1.0 and 1e0 are).</summary>
    /// <param name="left">One value; null is JSON's null.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when they are.</returns>
    public static bool DeepEquals(JsonNode? left, JsonNode? right) => ReferenceEquals(left, right) || Write(left) == Write(right);

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                AppendObject(text, members);
                break;
            case JsonArray items:
                text.Append('[');
                for (var index = 0; index < items.Count; index++)
                {
                    text.Append(index > 0 ? "," : string.Empty);
                    Append(text, items[index]);
                }

                text.Append(']');
                break;
            default:
                AppendValue(text, node.AsValue());
                break;
        }
    }

    private static void AppendObject(StringBuilder text, JsonObject members)
    {
        text.Append('{');
        var first = true;
        foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            text.Append(first ? string.Empty : ",");
            first = false;
            AppendString(text, name);
            text.Append(':');
            Append(text, value);
        }

        text.Append('}');
    }

    private static void AppendValue(StringBuilder text, JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                // Not GetValue: a node made from a date or a GUID is a string only once it is written.
                AppendString(text, value.TryGetValue<string>(out var read) ? read : JsonElement.Parse(value.ToJsonString()).GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(CanonicalNumber.Of(value.ToJsonString()));
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            switch (character)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append(@"\\");
                    break;
                case < ' ':
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                    break;
                default:
                    text.Append(character);
                    break;
            }
        }

        text.Append('"');
    }
}
