using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>Reads manifests as the API server would hold them.</summary>
internal static class MeshYaml
{
    public static JsonObject One(string text) => All(text).Single();

    public static List<JsonObject> All(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => (JsonObject)Convert(document.RootNode)!)];
    }

    /// <summary>The same content with members in order, to compare by.</summary>
    public static string Canonical(JsonNode? node) => Ordered(node)?.ToJsonString() ?? "null";

    /// <summary>Every value by its JSON pointer.</summary>
    public static SortedDictionary<string, string> Flatten(JsonNode? node)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Flatten(node, "", values);
        return values;
    }

    private static void Flatten(JsonNode? node, string pointer, SortedDictionary<string, string> values)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } fields:
                foreach (var (name, value) in fields)
                {
                    Flatten(value, $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", values);
                }

                break;
            case JsonArray { Count: > 0 } items:
                for (var index = 0; index < items.Count; index++)
                {
                    Flatten(items[index], string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}"), values);
                }

                break;
            default:
                values[pointer] = node?.ToJsonString() ?? "null";
                break;
        }
    }

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Ordered(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Ordered)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, Convert(child.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException($"YAML of kind {node.NodeType} is not used in manifests"),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "null" or "~" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => JsonNode.Parse(text),
        _ when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && !text.StartsWith('+') => JsonNode.Parse(text),
        _ => JsonValue.Create(text),
    };
}
