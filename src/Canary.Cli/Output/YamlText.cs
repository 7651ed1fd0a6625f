using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Cli.Output;

/// <summary>Writes JSON trees as YAML in block style. Pure.</summary>
internal static class YamlText
{
    private static readonly string[] Words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"];

    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        Block(text, node, 0, false);
        return text.ToString();
    }

    private static void Block(StringBuilder text, JsonNode? node, int depth, bool begun)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } fields:
                foreach (var (name, value) in fields)
                {
                    Indent(text, depth, ref begun);
                    text.Append(Scalar(name)).Append(':');
                    Value(text, value, value is JsonArray ? depth : depth + 1);
                }

                break;
            case JsonArray { Count: > 0 } items:
                foreach (var item in items)
                {
                    Indent(text, depth, ref begun);
                    text.Append("- ");
                    if (item is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
                    {
                        Block(text, item, depth + 1, true);
                    }
                    else
                    {
                        text.Append(Leaf(item)).Append('\n');
                    }
                }

                break;
            default:
                text.Append(Leaf(node)).Append('\n');
                break;
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int depth)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Block(text, value, depth, false);
        }
        else
        {
            text.Append(' ').Append(Leaf(value)).Append('\n');
        }
    }

    private static void Indent(StringBuilder text, int depth, ref bool begun)
    {
        if (!begun)
        {
            text.Append(' ', 2 * depth);
        }

        begun = false;
    }

    private static string Leaf(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when node.GetValueKind() == JsonValueKind.String => Scalar(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    /// <summary>A text, quoted as JSON where YAML would read it as something else.</summary>
    private static string Scalar(string text) => IsPlain(text) ? text : JsonValue.Create(text).ToJsonString(JsonText.Indented);

    private static bool IsPlain(string text) =>
        text.Length > 0
        && !Words.Contains(text.ToLowerInvariant())
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        && !char.IsAsciiDigit(text[0]) // a date, a time, a number of another base
        && text[0] != ' ' && text[^1] != ' ' && text[^1] != ':'
        && "-?:,[]{}#&*!|>'\"%@`=+.".IndexOf(text[0], StringComparison.Ordinal) < 0
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
        && text.All(character => !char.IsControl(character));
}
