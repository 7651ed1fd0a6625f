using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Canary.Sandbox.ApiServer;

/// <summary>Reads <c>openAPIV3Schema</c> of a CustomResourceDefinition. CEL rules (<c>x-kubernetes-validations</c>) are ignored.</summary>
internal static class SchemaReader
{
    public static SchemaNode Read(JsonObject source)
    {
        var node = new SchemaNode
        {
            Type = source.Text("type") ?? "",
            Format = source.Text("format"),
            Nullable = source.Flag("nullable"),
            IntOrString = source.Flag("x-kubernetes-int-or-string"),
            PreserveUnknown = source.Flag("x-kubernetes-preserve-unknown-fields"),
            EmbeddedResource = source.Flag("x-kubernetes-embedded-resource"),
            UniqueItems = source.Flag("uniqueItems"),
            ExclusiveMinimum = source.Flag("exclusiveMinimum"),
            ExclusiveMaximum = source.Flag("exclusiveMaximum"),
            Minimum = Number(source, "minimum"),
            Maximum = Number(source, "maximum"),
            MultipleOf = Number(source, "multipleOf"),
            MinLength = (int?)source.Whole("minLength"),
            MaxLength = (int?)source.Whole("maxLength"),
            MinItems = (int?)source.Whole("minItems"),
            MaxItems = (int?)source.Whole("maxItems"),
            MinProperties = (int?)source.Whole("minProperties"),
            MaxProperties = (int?)source.Whole("maxProperties"),
            ListType = source.Text("x-kubernetes-list-type") ?? "atomic",
            ListMapKeys = Texts(source, "x-kubernetes-list-map-keys"),
            AtomicMap = source.Text("x-kubernetes-map-type") == "atomic",
            Required = Texts(source, "required"),
            Enum = source.Items("enum")?.Select(item => item?.DeepClone()).ToList(),
            PatternText = source.Text("pattern"),
            HasDefault = source.ContainsKey("default"),
            Default = source["default"]?.DeepClone(),
            AllOf = Nodes(source, "allOf"),
            AnyOf = Nodes(source, "anyOf"),
            OneOf = Nodes(source, "oneOf"),
            Not = source["not"] is JsonObject not ? Read(not) : null,
            Items = source["items"] is JsonObject items ? Read(items) : null,
        };
        ReadProperties(source, node);
        node.Pattern = node.PatternText is { } pattern ? CompilePattern(pattern) : null;
        return node;
    }

    private static void ReadProperties(JsonObject source, SchemaNode node)
    {
        foreach (var (name, property) in source.Fields("properties") ?? [])
        {
            node.Properties[name] = property is JsonObject schema ? Read(schema) : new SchemaNode { PreserveUnknown = true };
        }

        node.AdditionalProperties = source["additionalProperties"] switch
        {
            JsonObject schema => Read(schema),
            JsonValue value when value.TryGetValue<bool>(out var any) && any => new SchemaNode { PreserveUnknown = true },
            _ => null,
        };
    }

    // Go's RE2 and .NET agree on what CRDs use; a pattern that .NET refuses is not enforced
    private static Regex? CompilePattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static double? Number(JsonObject source, string name) => source[name].TryGetNumber(out var number) ? number : null;

    private static List<string> Texts(JsonObject source, string name) => [.. source.Items(name)?.Select(item => item.Text()).OfType<string>() ?? []];

    private static List<SchemaNode> Nodes(JsonObject source, string name) => [.. source.Items(name)?.OfType<JsonObject>().Select(Read) ?? []];
}
