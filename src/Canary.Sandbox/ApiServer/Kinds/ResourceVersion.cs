using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>One served version of a resource.</summary>
internal sealed class ResourceVersion
{
    public required string Name { get; init; }

    public bool Served { get; init; } = true;

    public bool IsStorage { get; init; }

    /// <summary>What is checked and pruned; null takes anything.</summary>
    public SchemaNode? Schema { get; init; }

    /// <summary>The schema as its author wrote it, for OpenAPI; null for built-in kinds.</summary>
    public JsonObject? OpenApi { get; init; }

    public bool HasStatus { get; init; }

    public ScalePaths? Scale { get; init; }

    public IReadOnlyList<TableColumn> Columns { get; init; } = [];

    public StructureNode Structure { get; init; } = BuiltInStructure.Root;
}
