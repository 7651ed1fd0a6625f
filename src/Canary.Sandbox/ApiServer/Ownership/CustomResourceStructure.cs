namespace Canary.Sandbox.ApiServer;

/// <summary>A custom resource's root: metadata is that of every object, the rest is the schema's.</summary>
internal sealed class CustomResourceStructure(SchemaNode? schema) : StructureNode
{
    private readonly SchemaStructure _body = new(schema);

    public override StructureNode Item => _body.Item;

    public override StructureNode Field(string name) => name == "metadata" ? BuiltInStructure.Root.Field(name) : _body.Field(name);
}
