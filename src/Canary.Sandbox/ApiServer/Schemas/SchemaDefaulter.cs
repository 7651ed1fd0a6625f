using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Fills in the defaults of a CustomResourceDefinition's schema.</summary>
internal static class SchemaDefaulter
{
    public static void Apply(JsonNode? node, SchemaNode schema)
    {
        switch (node)
        {
            case JsonObject fields:
                ApplyToFields(fields, schema);
                break;
            case JsonArray items when schema.Items is { } itemSchema:
                foreach (var item in items)
                {
                    Apply(item, itemSchema);
                }

                break;
        }
    }

    private static void ApplyToFields(JsonObject fields, SchemaNode schema)
    {
        foreach (var (name, property) in schema.Properties)
        {
            var given = fields.TryGetPropertyValue(name, out var value);
            if (property.HasDefault && (!given || (value is null && !property.Nullable)))
            {
                fields[name] = property.Default?.DeepClone();
            }
            else if (given && value is null && !property.Nullable && property.Type.Length > 0)
            {
                fields.Remove(name); // a null where none is allowed is dropped before validation
            }

            Apply(fields[name], property);
        }

        if (schema.AdditionalProperties is { } additional)
        {
            foreach (var (name, value) in fields)
            {
                if (!schema.Properties.ContainsKey(name))
                {
                    Apply(value, additional);
                }
            }
        }
    }
}
