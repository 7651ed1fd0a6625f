using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>What happens to every object before it is stored: type check, strictness, pruning, defaults, validation.</summary>
internal static class ObjectPreparation
{
    /// <summary>Works on <paramref name="root"/> in place.</summary>
    /// <exception cref="ApiException">400 or 422.</exception>
    public static void Prepare(ResourceView view, JsonObject root, JsonObject? old, WriteOptions options)
    {
        CheckType(view, root);
        CheckUnknownFields(view, root, old, options);
        var causes = new List<StatusCause>();
        if (view.Kind.IsCustom)
        {
            if (view.Version.Schema is { } schema)
            {
                SchemaDefaulter.Apply(root, schema);
                causes.AddRange(SchemaValidator.Validate(root, schema));
            }
        }
        else
        {
            DropNulls(root);
            CheckTypes(view, root);
            view.Kind.Behaviour.Default?.Invoke(root);
        }

        MetadataRules.Check(root, view.Kind, causes);
        view.Kind.Behaviour.Validate?.Invoke(root, old, causes);
        if (causes.Count > 0)
        {
            throw ApiErrors.Invalid(view.Kind, root.Text("metadata", "name") ?? "", causes);
        }
    }

    private static void CheckType(ResourceView view, JsonObject root)
    {
        var (apiVersion, kind) = (root.Text("apiVersion"), root.Text("kind"));
        if (apiVersion is { Length: > 0 } && apiVersion != view.ApiVersion)
        {
            throw ApiErrors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({view.ApiVersion})");
        }

        if (kind is { Length: > 0 } && kind != view.Kind.Kind)
        {
            throw ApiErrors.BadRequest($"{kind} in version \"{view.Version.Name}\" cannot be handled as a {view.Kind.Kind}: the kind in the data does not match the expected kind");
        }

        // clients of a typed API may leave the type out, as may those that patch it away
        root["apiVersion"] = view.ApiVersion;
        root["kind"] = view.Kind.Kind;
    }

    private static void CheckUnknownFields(ResourceView view, JsonObject root, JsonObject? old, WriteOptions options)
    {
        if (view.Version.Schema is not { } schema)
        {
            return;
        }

        // those of custom resources are pruned; those of built-in kinds are kept, for they may be of a newer Kubernetes
        var unknown = SchemaPruner.Prune(root, schema, remove: view.Kind.IsCustom);
        if (old is not null && unknown.Count > 0 && !view.Kind.IsCustom)
        {
            unknown = [.. unknown.Except(SchemaPruner.Prune(old, schema, remove: false))];
        }

        var problems = options.Duplicates.Select(path => $"duplicate field \"{path}\"").Concat(unknown.Select(path => $"unknown field \"{path}\"")).ToList();
        if (problems.Count == 0 || options.Strictness == FieldStrictness.Ignore)
        {
            return;
        }

        if (options.Strictness == FieldStrictness.Strict)
        {
            throw ApiErrors.BadRequest($"{view.Kind.Kind} in version \"{view.Version.Name}\" cannot be handled as a {view.Kind.Kind}: strict decoding error: {string.Join(", ", problems)}");
        }

        options.Warnings.AddRange(problems.Except(options.Warnings));
    }

    // a typed decoder fails on a wrong JSON type before any validation
    private static void CheckTypes(ResourceView view, JsonObject root)
    {
        if (view.Version.Schema is { } schema && SchemaValidator.Validate(root, schema).FirstOrDefault(cause => cause.Reason == "FieldValueTypeInvalid") is { } wrong)
        {
            throw ApiErrors.BadRequest($"{view.Kind.Kind} in version \"{view.Version.Name}\" cannot be handled as a {view.Kind.Kind}: json: cannot unmarshal: {wrong.Message["Invalid value: ".Length..]}");
        }
    }

    private static void DropNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var name in fields.Where(field => field.Value is null).Select(field => field.Key).ToList())
                {
                    fields.Remove(name);
                }

                foreach (var (_, value) in fields)
                {
                    DropNulls(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    DropNulls(item);
                }

                break;
        }
    }
}
