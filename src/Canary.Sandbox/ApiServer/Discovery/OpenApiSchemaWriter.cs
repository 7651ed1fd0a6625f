using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Writes the schemas of built-in kinds as OpenAPI, types by reference.</summary>
internal static class OpenApiSchemaWriter
{
    public static JsonObject Reference(SchemaNode node, JsonObject schemas)
    {
        var name = node.Component!; // models are the only nodes that are referred to
        if (!schemas.ContainsKey(name))
        {
            schemas[name] = new JsonObject(); // before its fields: models refer to themselves
            schemas[name] = Write(node, schemas);
        }

        return new JsonObject { ["$ref"] = "#/components/schemas/" + name };
    }

    public static JsonObject Write(SchemaNode node, JsonObject schemas)
    {
        var schema = new JsonObject();
        if (node.IntOrString)
        {
            schema["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
            schema["format"] = "int-or-string";
            return schema;
        }

        schema["type"] = node.Type.Length > 0 ? node.Type : "object";
        if (node.Format is { } format)
        {
            schema["format"] = format;
        }

        if (node.PreserveUnknown)
        {
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        }

        if (node.Items is { } items)
        {
            schema["items"] = Child(items, schemas);
        }

        if (node.AdditionalProperties is { } additional)
        {
            schema["additionalProperties"] = Child(additional, schemas);
        }

        if (node.Properties.Count > 0)
        {
            var properties = schema.FieldsOrNew("properties");
            foreach (var (name, property) in node.Properties)
            {
                properties[name] = Child(property, schemas);
            }
        }

        return schema;
    }

    private static JsonObject Child(SchemaNode node, JsonObject schemas) => node.Component is null
        ? Write(node, schemas)
        : new JsonObject { ["default"] = new JsonObject(), ["allOf"] = new JsonArray(Reference(node, schemas)) };
}
