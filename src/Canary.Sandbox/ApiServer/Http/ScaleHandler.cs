using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>The scale subresource, as <c>autoscaling/v1 Scale</c>.</summary>
internal sealed class ScaleHandler(ClusterStore stores, ObjectUpdater updater)
{
    public ApiResponse Handle(ApiRequest request, ResourceView view, RequestTarget target, WriteOptions options)
    {
        var paths = view.Version.Scale!; // the caller has looked
        if (request.Verb == "get")
        {
            var found = stores.For(view.Kind).Find(target.Namespace, target.Name) ?? throw ApiErrors.NotFound(view.Kind, target.Name);
            return ApiResponse.Json(200, ToScale(found.Root, paths));
        }

        var change = request.Verb switch
        {
            "update" => Replace(request.ParseObject()),
            "patch" => PatchHandler.Reader(request, new ResourceView(view.Kind, view.Version), options),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
        var stored = updater.Update(view, target.Namespace, target.Name, "scale", options, current => Change(current, change(ToScale(current, paths)), view, paths));
        return ApiResponse.Json(200, ToScale(stored.Root, paths));
    }

    private static Func<JsonObject, JsonObject> Replace(JsonObject scale) => _ => scale.Copy();

    private static JsonObject Change(JsonObject current, JsonObject scale, ResourceView view, ScalePaths paths)
    {
        var replicas = scale.Whole("spec", "replicas") ?? 0;
        if (replicas < 0)
        {
            throw ApiErrors.Invalid(view.Kind, current.Text("metadata", "name") ?? "",
                [StatusCause.Invalid("spec.replicas", $"{replicas}", "must be greater than or equal to 0")]);
        }

        // preconditions of the scale object hold for the object itself
        var metadata = current.FieldsOrNew("metadata");
        if (scale.Text("metadata", "resourceVersion") is { Length: > 0 } version)
        {
            metadata["resourceVersion"] = version;
        }

        if (scale.Text("metadata", "uid") is { Length: > 0 } uid)
        {
            metadata["uid"] = uid;
        }

        var names = paths.SpecReplicas.Split('.');
        var place = current;
        foreach (var name in names[..^1])
        {
            place = place.FieldsOrNew(name);
        }

        place[names[^1]] = replicas;
        return current;
    }

    private static JsonObject ToScale(JsonObject root, ScalePaths paths)
    {
        var metadata = new JsonObject();
        foreach (var name in new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" })
        {
            if (root.At("metadata", name) is { } value)
            {
                metadata[name] = value.DeepClone();
            }
        }

        var status = new JsonObject { ["replicas"] = root.Whole(paths.StatusReplicas.Split('.')) ?? 0 };
        if (Selector(root, paths) is { Length: > 0 } selector)
        {
            status["selector"] = selector;
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = root.Whole(paths.SpecReplicas.Split('.')) ?? 0 },
            ["status"] = status,
        };
    }

    private static string? Selector(JsonObject root, ScalePaths paths) => paths.LabelSelector is { } path
        ? root.Text(path.Split('.'))
        : string.Join(",", root.Fields("spec", "selector", "matchLabels")?.Select(label => $"{label.Key}={label.Value.Text()}") ?? []);
}
