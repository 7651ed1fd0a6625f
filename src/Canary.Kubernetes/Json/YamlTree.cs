using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Canary.Kubernetes.Json;

/// <summary>Turns YAML (and so JSON) documents into JSON trees, with the scalar rules of YAML's core schema.</summary>
/// <remarks>Pure; thread-safe.</remarks>
public static class YamlTree
{
    /// <summary>Reads every document.</summary>
    /// <param name="yaml">Documents, each after a line <c>---</c>.</param>
    /// <returns>One tree a document, in their order; null for an empty one.</returns>
    /// <exception cref="YamlException">It is no YAML; the message tells line and column.</exception>
    public static IEnumerable<JsonNode?> ParseAll(string yaml) => Parse(yaml).Select(document => document.Tree);

    /// <summary>As <see cref="ParseAll"/>, with the nodes that know their lines.</summary>
    internal static IReadOnlyList<(YamlNode Node, JsonNode? Tree)> Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return [.. stream.Documents.Select(document => (document.RootNode, Convert(document.RootNode)))];
    }

    /// <summary>The line on which a field stands.</summary>
    /// <param name="root">The document's or object's node.</param>
    /// <param name="path">Names and indexes, such as <c>spec.steps[2].setWeight</c>.</param>
    /// <returns>The line, from 1, of the field, or of the last part of the path that there is.</returns>
    internal static long LineOf(YamlNode root, string path)
    {
        var line = root.Start.Line;
        var node = root;
        foreach (var part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (node)
            {
                case YamlMappingNode mapping when mapping.Children.FirstOrDefault(child => child.Key is YamlScalarNode key && key.Value == part) is { Key: { } key, Value: { } value }:
                    (line, node) = (key.Start.Line, value);
                    break;
                case YamlSequenceNode sequence when part.StartsWith('[') && int.TryParse(part.AsSpan(1).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < sequence.Children.Count:
                    node = sequence.Children[index];
                    line = node.Start.Line;
                    break;
                default:
                    return line;
            }
        }

        return line;
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => ConvertMapping(mapping),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode scalar => ConvertScalar(scalar),
        _ => null,
    };

    private static JsonObject ConvertMapping(YamlMappingNode mapping)
    {
        var result = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            result[((YamlScalarNode)key).Value ?? ""] = Convert(value);
        }

        return result;
    }

    private static JsonValue? ConvertScalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str"))
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when LooksReal(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => JsonValue.Create(real),
            _ => JsonValue.Create(text),
        };
    }

    // double.TryParse would also take "Infinity" and "NaN", which JSON cannot hold
    private static bool LooksReal(string text) => char.IsAsciiDigit(text[^1]) && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.');
}
