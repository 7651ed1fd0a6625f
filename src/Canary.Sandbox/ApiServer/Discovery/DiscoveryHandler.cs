using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>What the server has: versions, groups, resources. Aggregated discovery is not offered; clients then ask for the plain form.</summary>
internal sealed class DiscoveryHandler(ResourceRegistry registry, OpenApiDocuments openApi)
{
    private static readonly string[] ObjectVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] SubresourceVerbs = ["get", "patch", "update"];

    /// <returns>Null when the path is not discovery's.</returns>
    public ApiResponse? Handle(ApiRequest request)
    {
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            [] => ApiResponse.Json(200, new JsonObject { ["paths"] = new JsonArray("/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version") }),
            ["version"] => ApiResponse.Json(200, Version()),
            ["healthz" or "readyz" or "livez", ..] => ApiResponse.Text(200, "ok"),
            ["api"] => ApiResponse.Json(200, new JsonObject
            {
                ["kind"] = "APIVersions",
                ["versions"] = new JsonArray("v1"),
                ["serverAddressByClientCIDRs"] = new JsonArray(),
            }),
            ["apis"] => ApiResponse.Json(200, new JsonObject
            {
                ["kind"] = "APIGroupList",
                ["apiVersion"] = "v1",
                ["groups"] = new JsonArray([.. Groups.Select(Group)]),
            }),
            ["api", "v1"] => Resources("", "v1"),
            ["apis", var group] => Groups.Contains(group) ? ApiResponse.Json(200, WithType(Group(group))) : ApiResponse.UnknownPath(),
            ["apis", var group, var version] => Resources(group, version),
            ["openapi", "v3"] => openApi.Index(),
            ["openapi", "v3", "api", var version] => openApi.Document("", version),
            ["openapi", "v3", "apis", var group, var version] => openApi.Document(group, version),
            ["openapi", ..] => ApiResponse.UnknownPath(),
            _ => null,
        };
    }

    private IEnumerable<string> Groups =>
        registry.Groups.Where(group => group.Length > 0).Union(ReviewHandler.Resources.Select(review => review.Group)).Order(StringComparer.Ordinal);

    private IReadOnlyList<string> Versions(string group) => registry.Versions(group) is { Count: > 0 } known ? known : ["v1"];

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "32",
        ["gitVersion"] = "v1.32.0-canary-sandbox",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "dotnet",
        ["platform"] = "any",
    };

    private JsonObject Group(string group)
    {
        var versions = Versions(group).Select(version => new JsonObject { ["groupVersion"] = $"{group}/{version}", ["version"] = version }).ToList();
        return new JsonObject
        {
            ["name"] = group,
            ["preferredVersion"] = versions[0].DeepClone(),
            ["versions"] = new JsonArray([.. versions]),
        };
    }

    private static JsonObject WithType(JsonObject group)
    {
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }

    private ApiResponse Resources(string group, string version)
    {
        var resources = new JsonArray();
        foreach (var view in registry.Kinds.Where(kind => kind.Group == group).Select(kind => kind.View(version)).OfType<ResourceView>())
        {
            AddResource(resources, view);
        }

        foreach (var (_, plural, kind, namespaced) in ReviewHandler.Resources.Where(review => review.Group == group && version == "v1"))
        {
            resources.Add(Resource(plural, kind.ToLowerInvariant(), namespaced, kind, ["create"]));
        }

        return resources.Count == 0 ? ApiResponse.UnknownPath() : ApiResponse.Json(200, new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = resources,
        });
    }

    private static void AddResource(JsonArray resources, ResourceView view)
    {
        var kind = view.Kind;
        var resource = Resource(kind.Plural, kind.Singular, kind.Namespaced, kind.Kind, ObjectVerbs);
        AddTexts(resource, "shortNames", kind.ShortNames);
        AddTexts(resource, "categories", kind.Categories);
        resources.Add(resource);
        if (view.Version.HasStatus)
        {
            resources.Add(Resource($"{kind.Plural}/status", "", kind.Namespaced, kind.Kind, SubresourceVerbs));
        }

        if (view.Version.Scale is not null)
        {
            resources.Add(Foreign(Resource($"{kind.Plural}/scale", "", kind.Namespaced, "Scale", SubresourceVerbs), "autoscaling"));
        }

        if (kind.GroupResource == "pods")
        {
            resources.Add(Resource("pods/log", "", true, "Pod", ["get"]));
            resources.Add(Resource("pods/binding", "", true, "Binding", ["create"]));
            resources.Add(Foreign(Resource("pods/eviction", "", true, "Eviction", ["create"]), "policy"));
        }
    }

    private static JsonObject Foreign(JsonObject resource, string group)
    {
        resource["group"] = group;
        resource["version"] = "v1";
        return resource;
    }

    private static JsonObject Resource(string name, string singular, bool namespaced, string kind, string[] verbs) => new()
    {
        ["name"] = name,
        ["singularName"] = singular,
        ["namespaced"] = namespaced,
        ["kind"] = kind,
        ["verbs"] = new JsonArray([.. verbs.Select(verb => JsonValue.Create(verb))]),
    };

    private static void AddTexts(JsonObject resource, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            resource[name] = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]);
        }
    }
}
