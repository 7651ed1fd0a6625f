using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;

namespace Canary.Sandbox.ApiServer;

/// <summary>Answers PATCH, by the content type's rules.</summary>
internal sealed class PatchHandler(ClusterStore stores, ObjectCreator creator, ObjectUpdater updater, ObjectWriter writer, TimeProvider time)
{
    private const string JsonPatch = "application/json-patch+json";
    private const string MergePatch = "application/merge-patch+json";
    private const string StrategicMergePatch = "application/strategic-merge-patch+json";
    private const string ApplyPatch = "application/apply-patch+yaml";

    public ApiResponse Handle(ApiRequest request, ResourceView view, RequestTarget target, string subresource, WriteOptions options)
    {
        if (request.ContentType == ApplyPatch)
        {
            return Apply(request, view, target, subresource, options);
        }

        var change = Reader(request, view, options);
        return writer.One(request, view, updater.Update(view, target.Namespace, target.Name, subresource, options, change));
    }

    /// <summary>The change that the request's patch makes to an object in the request's version.</summary>
    /// <exception cref="ApiException">400 or 415.</exception>
    public static Func<JsonObject, JsonObject> Reader(ApiRequest request, ResourceView view, WriteOptions options)
    {
        var accepted = view.Kind.IsCustom ? $"{JsonPatch}, {MergePatch}, {ApplyPatch}" : $"{JsonPatch}, {MergePatch}, {StrategicMergePatch}, {ApplyPatch}";
        if (request.ContentType is not (JsonPatch or MergePatch or StrategicMergePatch) || (request.ContentType == StrategicMergePatch && view.Kind.IsCustom))
        {
            throw ApiErrors.UnsupportedMediaType(accepted);
        }

        var patch = request.Parse(options.Duplicates);
        if (request.ContentType == JsonPatch)
        {
            return target => Object(JsonPatchApplier.Apply(target, patch));
        }

        var merge = patch as JsonObject ?? throw ApiErrors.BadRequest("error decoding patch: the patch is not an object");
        return request.ContentType == MergePatch
            ? target => Object(MergePatchApplier.Apply(target, merge))
            : target => StrategicMergeApplier.Apply(target, merge, view.Version.Structure);
    }

    private ApiResponse Apply(ApiRequest request, ResourceView view, RequestTarget target, string subresource, WriteOptions options)
    {
        var manager = request.Query("fieldManager");
        if (string.IsNullOrEmpty(manager))
        {
            throw new ApiException(422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }

        var config = YamlTree.ParseAll(System.Text.Encoding.UTF8.GetString(request.Body)).FirstOrDefault() as JsonObject
            ?? throw ApiErrors.BadRequest("error decoding YAML: the patch is not an object");
        CheckApplied(view, target, config);
        var strictCheck = config.Copy();
        if (view.Version.Schema is { } schema && options.Strictness == FieldStrictness.Strict && SchemaPruner.Prune(strictCheck, schema, remove: false) is { Count: > 0 } unknown)
        {
            throw ApiErrors.BadRequest($"failed to create typed patch object: .{unknown[0]}: field not declared in schema");
        }

        if (subresource == "status")
        {
            config = new JsonObject { ["metadata"] = new JsonObject { ["name"] = target.Name }, ["status"] = config["status"]?.DeepClone() };
        }

        var applier = new Writer(manager, "Apply", view.ApiVersion, subresource);
        var force = request.Query("force") is "true" or "1";
        while (true)
        {
            if (subresource.Length > 0 || stores.For(view.Kind).Find(target.Namespace, target.Name) is not null)
            {
                return writer.One(request, view, updater.Update(view, target.Namespace, target.Name, subresource, options,
                    live => ServerSideApply.Apply(live, config, view.Version.Structure, applier, force, time.GetUtcNow()), applied: true));
            }

            var fresh = ServerSideApply.Apply(null, config, view.Version.Structure, applier, force, time.GetUtcNow());
            try
            {
                return writer.One(request, view, creator.Create(view, target.Namespace, fresh, options, applied: true), 201);
            }
            catch (ApiException lostRace) when (lostRace.Reason == "AlreadyExists")
            {
                // somebody created it in this instant: apply onto theirs
                continue;
            }
        }
    }

    private static void CheckApplied(ResourceView view, RequestTarget target, JsonObject config)
    {
        if (config.Text("apiVersion") is not { Length: > 0 } || config.Text("kind") is not { Length: > 0 })
        {
            throw ApiErrors.BadRequest("the applied object has no apiVersion or kind");
        }

        if (config.Text("apiVersion") != view.ApiVersion)
        {
            throw ApiErrors.BadRequest($"the API version in the data ({config.Text("apiVersion")}) does not match the expected API version ({view.ApiVersion})");
        }

        if (config.At("metadata", "managedFields") is JsonArray { Count: > 0 })
        {
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
        }

        var metadata = config.FieldsOrNew("metadata");
        metadata.Default("name", target.Name);
        if (target.Namespace.Length > 0)
        {
            metadata.Default("namespace", target.Namespace);
        }
    }

    private static JsonObject Object(JsonNode? result) => result as JsonObject ?? throw ApiErrors.UnprocessablePatch();
}
