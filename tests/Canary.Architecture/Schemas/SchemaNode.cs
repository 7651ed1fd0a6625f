using System.Text.Json.Nodes;

namespace Canary.Architecture.Schemas;

/// <summary>One node of a structural schema, with the path at which it stands.</summary>
internal sealed record SchemaNode(string Path, JsonObject Json)
{
    public string? Type => (string?)Json["type"];

    public bool IsIntOrString => (bool?)Json["x-kubernetes-int-or-string"] ?? false;

    public bool KeepsUnknownFields => (bool?)Json["x-kubernetes-preserve-unknown-fields"] ?? false;

    public bool HasRules => Json.ContainsKey("x-kubernetes-validations");

    public SchemaNode? Items => Json["items"] is JsonObject items ? new(Path + "[]", items) : null;

    public IEnumerable<KeyValuePair<string, SchemaNode>> Properties =>
        from property in Json["properties"] as JsonObject ?? []
        select KeyValuePair.Create(property.Key, new SchemaNode($"{Path}.{property.Key}", property.Value!.AsObject()));

    public SchemaNode? Property(string name) => Json["properties"]?[name] is JsonObject property ? new($"{Path}.{name}", property) : null;

    public IEnumerable<string> Strings(string keyword) => (Json[keyword] as JsonArray ?? []).Select(item => item!.ToString());

    /// <summary>This node and all below it.</summary>
    public IEnumerable<SchemaNode> Nodes() =>
        Properties.SelectMany(property => property.Value.Nodes()).Concat(Items?.Nodes() ?? []).Prepend(this);
}

/// <summary>A resource definition of deploy/crds.</summary>
internal sealed record ResourceDefinition(string File, JsonObject Json)
{
    public static IReadOnlyList<ResourceDefinition> All { get; } =
        [.. Repository.FilesBelow("deploy/crds", "*.yaml").SelectMany(file => YamlFiles.Read(file).Select(document => new ResourceDefinition(file, document)))];

    public JsonNode Spec => Json["spec"]!;

    public string Kind => (string)Spec["names"]!["kind"]!;

    public JsonObject Version => Spec["versions"]!.AsArray().Single()!.AsObject();

    public SchemaNode Schema => new(Kind, Version["schema"]!["openAPIV3Schema"]!.AsObject());

    public static ResourceDefinition Of(string kind) => All.Single(definition => definition.Kind == kind);
}
