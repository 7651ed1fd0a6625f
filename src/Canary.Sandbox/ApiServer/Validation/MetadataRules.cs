using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Rules for the metadata of every object.</summary>
internal static class MetadataRules
{
    public static void Check(JsonObject root, ResourceKind kind, List<StatusCause> causes)
    {
        var metadata = root.Fields("metadata");
        if (metadata.Text("name") is { Length: > 0 } name)
        {
            if (kind.Behaviour.CheckName(name) is { } wrong)
            {
                causes.Add(StatusCause.Invalid("metadata.name", $"\"{name}\"", wrong));
            }
        }
        else
        {
            causes.Add(StatusCause.Required("metadata.name", "name or generateName is required"));
        }

        CheckLabels(metadata.Fields("labels"), "metadata.labels", causes);
        foreach (var (key, _) in metadata.Fields("annotations") ?? [])
        {
            if (NameRules.QualifiedName(key.ToLowerInvariant()) is { } wrong)
            {
                causes.Add(StatusCause.Invalid("metadata.annotations", $"\"{key}\"", wrong));
            }
        }

        CheckOwners(metadata.Items("ownerReferences"), causes);
        foreach (var finalizer in metadata.Items("finalizers")?.Select(item => item.Text() ?? "") ?? [])
        {
            if (NameRules.QualifiedName(finalizer) is { } wrong)
            {
                causes.Add(StatusCause.Invalid("metadata.finalizers", $"\"{finalizer}\"", wrong));
            }
        }
    }

    public static void CheckLabels(JsonObject? labels, string path, List<StatusCause> causes)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (NameRules.QualifiedName(key) is { } wrongKey)
            {
                causes.Add(StatusCause.Invalid(path, $"\"{key}\"", wrongKey));
            }

            if (NameRules.LabelValue(value.Text() ?? "") is { } wrongValue)
            {
                causes.Add(StatusCause.Invalid(path, $"\"{value.Text()}\"", wrongValue));
            }
        }
    }

    private static void CheckOwners(JsonArray? owners, List<StatusCause> causes)
    {
        var controllers = 0;
        for (var index = 0; index < (owners?.Count ?? 0); index++)
        {
            var owner = owners![index]; // counted above
            foreach (var field in new[] { "apiVersion", "kind", "name", "uid" })
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                {
                    causes.Add(StatusCause.Invalid($"metadata.ownerReferences[{index}].{field}", "\"\"", $"{(field == "apiVersion" ? "version" : field)} must not be empty"));
                }
            }

            controllers += owner.Flag("controller") ? 1 : 0;
        }

        if (controllers > 1)
        {
            causes.Add(StatusCause.Invalid("metadata.ownerReferences", "\"\"", "Only one reference can have Controller set to true"));
        }
    }
}
