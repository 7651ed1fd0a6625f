using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Finds fields that a schema does not know, and removes them where asked to.</summary>
internal static class SchemaPruner
{
    /// <param name="root">A whole object: its type header and metadata are not judged.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="remove">Whether unknown fields are dropped, as those of custom resources are.</param>
    /// <returns>Paths of unknown fields, such as <c>spec.steps[0].foo</c>.</returns>
    public static List<string> Prune(JsonObject root, SchemaNode schema, bool remove)
    {
        var unknown = new List<string>();
        PruneFields(root, schema, "", remove, unknown, isResource: true);
        return unknown;
    }

    private static void Prune(JsonNode? node, SchemaNode schema, string path, bool remove, List<string> unknown)
    {
        switch (node)
        {
            case JsonObject fields:
                PruneFields(fields, schema, path, remove, unknown, schema.EmbeddedResource);
                break;
            case JsonArray items when schema.Items is { } itemSchema:
                for (var index = 0; index < items.Count; index++)
                {
                    Prune(items[index], itemSchema, $"{path}[{index}]", remove, unknown);
                }

                break;
        }
    }

    private static void PruneFields(JsonObject fields, SchemaNode schema, string path, bool remove, List<string> unknown, bool isResource)
    {
        List<string>? dropped = null;
        foreach (var (name, value) in fields)
        {
            if (isResource && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            var childPath = path.Length == 0 ? name : $"{path}.{name}";
            if (schema.Properties.TryGetValue(name, out var property))
            {
                Prune(value, property, childPath, remove, unknown);
            }
            else if (schema.AdditionalProperties is { } additional)
            {
                Prune(value, additional, childPath, remove, unknown);
            }
            else if (!schema.PreserveUnknown && !schema.IntOrString)
            {
                (dropped ??= []).Add(name);
                unknown.Add(childPath);
            }
        }

        if (remove)
        {
            dropped?.ForEach(name => fields.Remove(name));
        }
    }
}
