namespace Canary.Architecture.Schemas;

/// <summary>What makes a schema one that an API server takes and that kubectl explain can show. Each lists the paths that break it.</summary>
internal static class StructureRules
{
    /// <summary>Finds what lacks a type or a description. The root's metadata is the server's own: it may hold nothing but its type.</summary>
    public static IReadOnlyList<string> Incomplete(SchemaNode root)
    {
        var metadata = root.Property("metadata");
        IEnumerable<string> ofMetadata = metadata?.Json.Count == 1 ? [] : [$"{root.Path}.metadata: must hold type: object and nothing else"];
        var properties = root.Nodes().Where(node => node.Path != metadata?.Path && !node.Path.EndsWith("[]", StringComparison.Ordinal)).ToList();
        return [.. ofMetadata
            .Concat(properties.Where(node => string.IsNullOrWhiteSpace((string?)node.Json["description"])).Select(node => $"{node.Path}: no description"))
            .Concat(root.Nodes().Where(node => node.Type is null && !node.IsIntOrString).Select(node => $"{node.Path}: no type"))
            .Concat(root.Nodes().Where(node => node.Type == "object" && !node.KeepsUnknownFields && !node.Properties.Any() && node.Path != metadata?.Path && !node.Path.EndsWith(".pause", StringComparison.Ordinal))
                .Select(node => $"{node.Path}: an object without properties keeps nothing"))
            .Concat(root.Nodes().Where(node => node.Type == "array" && node.Items is null).Select(node => $"{node.Path}: no items"))
            .Concat(root.Nodes().Where(node => node.Type == "array" && !node.Json.ContainsKey("x-kubernetes-list-type")).Select(node => $"{node.Path}: no list type"))];
    }

    /// <summary>Finds required names and map keys that no property has, which would refuse every value.</summary>
    public static IReadOnlyList<string> Dangling(SchemaNode root) =>
        [.. root.Nodes().SelectMany(node => node.Strings("required").Where(name => node.Property(name) is null).Select(name => $"{node.Path}: requires {name}, which it does not have"))
            .Concat(root.Nodes().SelectMany(UnusableKeys))];

    /// <summary>Finds what is unbounded under a CEL rule: a server estimates the rule's cost by the bounds and refuses the definition.</summary>
    public static IReadOnlyList<string> Unbounded(SchemaNode root) => [.. Unbounded(root, [])];

    /// <summary>Finds defaults that their own schema refuses, as they stand or once the defaults within them are filled in.</summary>
    public static IReadOnlyList<string> WrongDefaults(SchemaNode root) =>
        [.. from node in root.Nodes()
            where node.Json.ContainsKey("default")
            from problem in SchemaValidator.Problems(node, node.Json["default"]).Concat(SchemaValidator.Problems(node, SchemaValidator.WithDefaults(node, node.Json["default"]))).Distinct()
            select $"{node.Path}{problem}"];

    /// <summary>Finds rules without a sentence for people, and rules that the server would have no text of.</summary>
    public static IReadOnlyList<string> SilentRules(SchemaNode root) =>
        [.. from node in root.Nodes()
            where node.HasRules
            from rule in node.Json["x-kubernetes-validations"]!.AsArray()
            where string.IsNullOrWhiteSpace((string?)rule!["rule"]) || string.IsNullOrWhiteSpace((string?)rule["message"])
            select $"{node.Path}: a rule without text or message"];

    private static IEnumerable<string> UnusableKeys(SchemaNode list)
    {
        var keys = list.Strings("x-kubernetes-list-map-keys").ToList();
        if (((string?)list.Json["x-kubernetes-list-type"] == "map") != (keys.Count > 0))
        {
            yield return $"{list.Path}: list type map and map keys go together";
        }

        foreach (var key in keys)
        {
            var property = list.Items?.Property(key);
            if (property is null || (!list.Items!.Strings("required").Contains(key) && !property.Json.ContainsKey("default")))
            {
                yield return $"{list.Path}: the key {key} must be required or have a default";
            }
        }
    }

    private static IEnumerable<string> Unbounded(SchemaNode node, IReadOnlyList<SchemaNode> listsAbove)
    {
        if (node.HasRules)
        {
            foreach (var list in listsAbove.Append(node).Where(list => list.Type == "array" && !list.Json.ContainsKey("maxItems")))
            {
                yield return $"{list.Path}: no maxItems under a rule";
            }

            if (node.Type == "string" && !node.Json.ContainsKey("maxLength"))
            {
                yield return $"{node.Path}: no maxLength under a rule";
            }
        }

        var below = node.Properties.Select(property => property.Value).Concat(node.Items is { } items ? [items] : Array.Empty<SchemaNode>());
        foreach (var problem in below.SelectMany(child => Unbounded(child, node.Type == "array" ? [.. listsAbove, node] : listsAbove)))
        {
            yield return problem;
        }
    }
}
