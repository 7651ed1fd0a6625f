using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// The JSONPath of printer columns: <c>.a.b</c>, <c>.a[0]</c>, <c>.a[*].b</c>, <c>['key']</c>, escaped dots (<c>.a\.b</c>) and
/// filters of the form <c>[?(@.type=="Ready")]</c> (also <c>!=</c>).
/// </summary>
internal sealed class JsonPath
{
    private readonly List<Func<JsonNode?, IEnumerable<JsonNode?>>> _steps = [];

    private JsonPath()
    {
    }

    public static JsonPath Parse(string text)
    {
        var path = new JsonPath();
        var index = text.StartsWith('$') ? 1 : 0;
        while (index < text.Length)
        {
            index = text[index] switch
            {
                '[' => path.ParseBracket(text, index),
                '.' => path.ParseName(text, index + 1),
                _ => path.ParseName(text, index),
            };
        }

        return path;
    }

    public IReadOnlyList<JsonNode?> Find(JsonNode? root)
    {
        IEnumerable<JsonNode?> found = [root];
        return [.. _steps.Aggregate(found, (nodes, step) => nodes.SelectMany(step)).Where(node => node is not null)];
    }

    private int ParseName(string text, int index)
    {
        var name = new StringBuilder();
        for (; index < text.Length && text[index] is not ('.' or '['); index++)
        {
            if (text[index] == '\\' && index + 1 < text.Length)
            {
                index++;
            }

            name.Append(text[index]);
        }

        if (name.Length > 0)
        {
            var field = name.ToString();
            _steps.Add(field == "*" ? Children : node => [node.At(field)]);
        }

        return index;
    }

    private int ParseBracket(string text, int index)
    {
        var end = text.IndexOf(']', index);
        end = end < 0 ? text.Length : end;
        var inner = text[(index + 1)..end].Trim();
        if (inner == "*")
        {
            _steps.Add(Children);
        }
        else if (inner.StartsWith("?(", StringComparison.Ordinal))
        {
            _steps.Add(Filter(inner[2..].TrimEnd(')')));
        }
        else if (int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var position))
        {
            _steps.Add(node => node is JsonArray items && Math.Abs(position) <= items.Count && position < items.Count ? [items[position < 0 ? items.Count + position : position]] : []);
        }
        else
        {
            var field = inner.Trim('\'', '"');
            _steps.Add(node => [node.At(field)]);
        }

        return end + 1;
    }

    private static Func<JsonNode?, IEnumerable<JsonNode?>> Filter(string condition)
    {
        var sign = condition.Contains("!=", StringComparison.Ordinal) ? "!=" : "==";
        var parts = condition.Split(sign, 2);
        var left = Parse(parts[0].Trim().TrimStart('@'));
        var right = parts.Length > 1 ? parts[1].Trim().Trim('\'', '"') : null;
        return node => Children(node).Where(item =>
        {
            var found = left.Find(item) is [var first, ..] ? first : null;
            return right is null ? found is not null : (found is not null && (found.Text() ?? found.ToJsonString()) == right) == (sign == "==");
        });
    }

    private static IEnumerable<JsonNode?> Children(JsonNode? node) => node switch
    {
        JsonArray items => items,
        JsonObject fields => fields.Select(field => field.Value),
        _ => [],
    };
}
