using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Canary.Sandbox.ApiServer;

/// <summary>One node of a structural schema. Built once, then read by many.</summary>
internal sealed class SchemaNode
{
    /// <summary>object, array, string, integer, number, boolean; empty when not restricted.</summary>
    public string Type { get; set; } = "";

    public Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Schema of every value of a map; null when the object has named fields only.</summary>
    public SchemaNode? AdditionalProperties { get; set; }

    public SchemaNode? Items { get; set; }

    public IReadOnlyList<string> Required { get; set; } = [];

    public IReadOnlyList<JsonNode?>? Enum { get; set; }

    public string? Format { get; set; }

    public string? PatternText { get; set; }

    public Regex? Pattern { get; set; }

    public double? Minimum { get; set; }

    public double? Maximum { get; set; }

    public bool ExclusiveMinimum { get; set; }

    public bool ExclusiveMaximum { get; set; }

    public double? MultipleOf { get; set; }

    public int? MinLength { get; set; }

    public int? MaxLength { get; set; }

    public int? MinItems { get; set; }

    public int? MaxItems { get; set; }

    public int? MinProperties { get; set; }

    public int? MaxProperties { get; set; }

    public bool UniqueItems { get; set; }

    public bool Nullable { get; set; }

    public bool IntOrString { get; set; }

    public bool PreserveUnknown { get; set; }

    public bool EmbeddedResource { get; set; }

    public bool HasDefault { get; set; }

    public JsonNode? Default { get; set; }

    /// <summary>atomic, set or map.</summary>
    public string ListType { get; set; } = "atomic";

    public IReadOnlyList<string> ListMapKeys { get; set; } = [];

    public bool AtomicMap { get; set; }

    public IReadOnlyList<SchemaNode> AllOf { get; set; } = [];

    public IReadOnlyList<SchemaNode> AnyOf { get; set; } = [];

    public IReadOnlyList<SchemaNode> OneOf { get; set; } = [];

    public SchemaNode? Not { get; set; }

    /// <summary>Name of the Go type behind a built-in node, for OpenAPI's components; else null.</summary>
    public string? Component { get; set; }
}
