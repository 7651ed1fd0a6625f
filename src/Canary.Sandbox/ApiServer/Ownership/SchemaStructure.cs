namespace Canary.Sandbox.ApiServer;

/// <summary>The structure that a CustomResourceDefinition's schema declares; unknown parts have atomic lists and granular maps.</summary>
internal sealed class SchemaStructure(SchemaNode? schema) : StructureNode
{
    private static readonly SchemaStructure Unknown = new(null);

    public override ListKind List => schema?.ListType switch
    {
        "map" => ListKind.Map,
        "set" => ListKind.Set,
        _ => ListKind.Atomic,
    };

    public override IReadOnlyList<string> Keys => schema?.ListMapKeys ?? [];

    public override bool IsAtomicMap => schema?.AtomicMap ?? false;

    public override StructureNode Item => schema?.Items is { } items ? new SchemaStructure(items) : Unknown;

    public override StructureNode Field(string name)
    {
        if (schema is not null && schema.Properties.TryGetValue(name, out var property))
        {
            return new SchemaStructure(property);
        }

        return schema?.AdditionalProperties is { } additional ? new SchemaStructure(additional) : Unknown;
    }
}
