using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// OpenAPI v3, enough for <c>kubectl explain</c> and for kubectl to learn that fields are validated by the server. Strategic merge
/// patches are not advertised: kubectl then uses the merge keys that it has compiled in, which are the real ones.
/// </summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry)
{
    private static readonly string[] Parameters = ["dryRun", "fieldManager", "fieldValidation", "force"];

    private readonly ConcurrentDictionary<(string Group, string Version, int Generation), byte[]> _documents = new();

    public ApiResponse Index()
    {
        var paths = new JsonObject();
        foreach (var group in registry.Groups)
        {
            foreach (var version in registry.Versions(group))
            {
                var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
                paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={registry.Generation}" };
            }
        }

        return ApiResponse.Json(200, new JsonObject { ["paths"] = paths });
    }

    public ApiResponse Document(string group, string version)
    {
        if (!registry.Versions(group).Contains(version))
        {
            return ApiResponse.UnknownPath();
        }

        return new ApiResponse(200, _documents.GetOrAdd((group, version, registry.Generation), key => JsonTree.Serialize(Build(key.Group, key.Version))));
    }

    private JsonObject Build(string group, string version)
    {
        var schemas = new JsonObject();
        var paths = new JsonObject();
        foreach (var view in registry.Kinds.Where(kind => kind.Group == group).Select(kind => kind.View(version)).OfType<ResourceView>())
        {
            var name = Component(view);
            schemas[name] = SchemaFor(view, schemas);
            var path = $"/{(group.Length == 0 ? "api" : $"apis/{group}")}/{version}/{(view.Kind.Namespaced ? "namespaces/{namespace}/" : "")}{view.Kind.Plural}";
            paths[path] = new JsonObject { ["get"] = Operation(view, name, "list"), ["post"] = Operation(view, name, "post") };
            paths[path + "/{name}"] = new JsonObject
            {
                ["get"] = Operation(view, name, "get"),
                ["put"] = Operation(view, name, "put"),
                ["patch"] = Operation(view, name, "patch"),
                ["delete"] = Operation(view, name, "delete"),
            };
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Canary sandbox", ["version"] = "v1.32.0" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static string Component(ResourceView view) => view.Version.Schema?.Component
        ?? string.Join('.', view.Kind.Group.Split('.').Reverse()) + $".{view.Version.Name}.{view.Kind.Kind}";

    private static JsonObject SchemaFor(ResourceView view, JsonObject schemas)
    {
        var schema = view.Version.OpenApi?.Copy() ?? OpenApiSchemaWriter.Write(view.Version.Schema ?? new SchemaNode(), schemas);
        schema["x-kubernetes-group-version-kind"] = new JsonArray(Type(view));
        var properties = schema.FieldsOrNew("properties");
        properties.Default("apiVersion", new JsonObject { ["type"] = "string" });
        properties.Default("kind", new JsonObject { ["type"] = "string" });
        if (view.Kind.IsCustom)
        {
            properties["metadata"] = new JsonObject
            {
                ["description"] = "Standard object's metadata.",
                ["allOf"] = new JsonArray(OpenApiSchemaWriter.Reference(ModelSchemas.For(typeof(k8s.Models.V1ObjectMeta)), schemas)),
            };
        }

        return schema;
    }

    private static JsonObject Type(ResourceView view) => new() { ["group"] = view.Kind.Group, ["kind"] = view.Kind.Kind, ["version"] = view.Version.Name };

    private static JsonObject Operation(ResourceView view, string component, string action)
    {
        var content = new JsonObject
        {
            ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/" + component } },
        };
        return new JsonObject
        {
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = Type(view),
            ["parameters"] = new JsonArray([.. Parameters.Select(Parameter)]),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK", ["content"] = content } },
        };
    }

    private static JsonObject Parameter(string name) =>
        new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true } };
}
