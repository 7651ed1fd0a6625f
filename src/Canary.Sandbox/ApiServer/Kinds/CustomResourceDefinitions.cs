using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Turns CustomResourceDefinition objects into resources. Conversion is always None; CEL rules are not run.</summary>
internal static class CustomResourceDefinitions
{
    public static void Default(JsonObject definition)
    {
        if (definition.Fields("spec", "names") is not { } names)
        {
            return;
        }

        names.Default("singular", names.Text("kind")?.ToLowerInvariant());
        names.Default("listKind", names.Text("kind") + "List");
        definition.FieldsOrNew("spec").Default("conversion", new JsonObject { ["strategy"] = "None" });
    }

    public static void SetStatus(JsonObject definition)
    {
        var at = definition.Text("metadata", "creationTimestamp");
        var versions = definition.Items("spec", "versions") ?? [];
        definition["status"] = new JsonObject
        {
            ["acceptedNames"] = definition.At("spec", "names")?.DeepClone(),
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", at),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", at)),
            ["storedVersions"] = new JsonArray([.. versions.Where(version => version.Flag("storage")).Select(version => version?["name"]?.DeepClone())]),
        };
    }

    public static void Validate(JsonObject definition, JsonObject? old, List<StatusCause> causes)
    {
        var (group, plural) = (definition.Text("spec", "group") ?? "", definition.Text("spec", "names", "plural") ?? "");
        RequireText(definition, causes, "spec", "group");
        RequireText(definition, causes, "spec", "names", "plural");
        RequireText(definition, causes, "spec", "names", "kind");
        if (definition.Text("metadata", "name") != $"{plural}.{group}")
        {
            causes.Add(StatusCause.Invalid("metadata.name", $"\"{definition.Text("metadata", "name")}\"", "must be spec.names.plural+\".\"+spec.group"));
        }

        if (definition.Text("spec", "scope") is not ("Namespaced" or "Cluster"))
        {
            causes.Add(StatusCause.Unsupported("spec.scope", $"\"{definition.Text("spec", "scope")}\"", ["\"Cluster\"", "\"Namespaced\""]));
        }

        var versions = definition.Items("spec", "versions") ?? [];
        if (versions.Count(version => version.Flag("storage")) != 1)
        {
            causes.Add(StatusCause.Invalid("spec.versions", "[]", "must have exactly one version marked as storage version"));
        }

        for (var index = 0; index < versions.Count; index++)
        {
            if (versions[index].Fields("schema", "openAPIV3Schema") is null)
            {
                causes.Add(StatusCause.Required($"spec.versions[{index}].schema.openAPIV3Schema", "schemas are required"));
            }
        }

        if (old is not null && old.Text("spec", "scope") != definition.Text("spec", "scope"))
        {
            causes.Add(StatusCause.Invalid("spec.scope", $"\"{definition.Text("spec", "scope")}\"", "field is immutable"));
        }
    }

    public static ResourceKind ToKind(JsonObject definition)
    {
        var names = definition.Fields("spec", "names");
        var kind = names.Text("kind") ?? "";
        return new ResourceKind
        {
            Group = definition.Text("spec", "group") ?? "",
            Plural = names.Text("plural") ?? "",
            Singular = names.Text("singular") ?? kind.ToLowerInvariant(),
            Kind = kind,
            ListKind = names.Text("listKind") ?? kind + "List",
            Namespaced = definition.Text("spec", "scope") == "Namespaced",
            ShortNames = Texts(names.Items("shortNames")),
            Categories = Texts(names.Items("categories")),
            IsCustom = true,
            TracksGeneration = true,
            AllowsUnconditionalUpdate = false,
            Versions = [.. definition.Items("spec", "versions")?.OfType<JsonObject>().Select(ToVersion) ?? []],
            Behaviour = new KindBehaviour { SelectableFields = SelectableFields(definition) },
        };
    }

    private static ResourceVersion ToVersion(JsonObject version)
    {
        var openApi = version.Fields("schema", "openAPIV3Schema");
        var schema = openApi is null ? new SchemaNode { Type = "object", PreserveUnknown = true } : SchemaReader.Read(openApi);
        return new ResourceVersion
        {
            Name = version.Text("name") ?? "",
            Served = version.Flag("served"),
            IsStorage = version.Flag("storage"),
            Schema = schema,
            OpenApi = openApi,
            HasStatus = version.Fields("subresources", "status") is not null,
            Scale = version.Fields("subresources", "scale") is { } scale
                ? new ScalePaths(Path(scale, "specReplicasPath") ?? "spec.replicas", Path(scale, "statusReplicasPath") ?? "", Path(scale, "labelSelectorPath"))
                : null,
            Columns = CustomColumns.Read(version.Items("additionalPrinterColumns")),
            Structure = new CustomResourceStructure(schema),
        };
    }

    private static List<string> SelectableFields(JsonObject definition) =>
        [.. (definition.Items("spec", "versions") ?? []).SelectMany(version => version.Items("selectableFields") ?? []).Select(field => field.Text("jsonPath")?.TrimStart('.')).OfType<string>().Distinct()];

    private static string? Path(JsonObject scale, string name) => scale.Text(name)?.TrimStart('.');

    private static List<string> Texts(JsonArray? items) => [.. items?.Select(item => item.Text()).OfType<string>() ?? []];

    private static void RequireText(JsonObject definition, List<StatusCause> causes, params string[] path)
    {
        if (string.IsNullOrEmpty(definition.Text(path)))
        {
            causes.Add(StatusCause.Required(string.Join('.', path)));
        }
    }

    private static JsonObject Condition(string type, string reason, string message, string? at) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["reason"] = reason,
        ["message"] = message,
        ["lastTransitionTime"] = at,
    };
}
