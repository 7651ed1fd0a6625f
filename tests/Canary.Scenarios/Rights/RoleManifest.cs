using System.Text.Json.Nodes;
using Canary.Architecture;
using Canary.Kubernetes.Json;
using Canary.Testing.ControlPlanes;

namespace Canary.Scenarios.Rights;

/// <summary>A manifest of deploy/kustomize: its objects, and the rights that the roles among them give. Immutable.</summary>
internal sealed class RoleManifest
{
    private const string EngineNamespace = "canary-system";

    private RoleManifest(IReadOnlyList<JsonObject> objects)
    {
        Objects = objects;
        Grants = [.. objects.Where(item => (string?)item["kind"] is "Role" or "ClusterRole").SelectMany(GrantsOf)];
    }

    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>Every verb on every resource of every rule.</summary>
    public IReadOnlyList<Grant> Grants { get; }

    /// <summary>Reads manifests.</summary>
    /// <param name="ns">The namespace that everything goes to, as kustomize would do it; null leaves it as it is written.</param>
    /// <param name="files">Below deploy/kustomize.</param>
    public static RoleManifest Read(string? ns, params string[] files)
    {
        var objects = files.SelectMany(file => YamlTree.ParseAll(Repository.Read($"deploy/kustomize/{file}"))).OfType<JsonObject>().ToList();
        foreach (var item in objects.Where(_ => ns is not null))
        {
            if (!((string)item["kind"]!).StartsWith("Cluster", StringComparison.Ordinal))
            {
                item["metadata"]!["namespace"] = ns;
            }

            foreach (var subject in item["subjects"]?.AsArray().Where(subject => (string?)subject!["namespace"] == EngineNamespace) ?? [])
            {
                subject!["namespace"] = ns;
            }
        }

        return new RoleManifest(objects);
    }

    /// <summary>Whether a role gives a right.</summary>
    public bool Covers(Right asked) => Grants.Any(grant =>
        grant.Right with { Namespace = null } == asked with { Namespace = null } && (grant.Right.Namespace is null || grant.Right.Namespace == asked.Namespace));

    private static IEnumerable<Grant> GrantsOf(JsonObject role) =>
        from rule in role["rules"]!.AsArray()
        from @group in Texts(rule, "apiGroups")
        from resource in Texts(rule, "resources")
        from verb in Texts(rule, "verbs")
        select new Grant($"{(string)role["kind"]!} \"{(string)role["metadata"]!["name"]!}\"", new Right(verb, @group, resource, (string?)role["metadata"]!["namespace"]));

    private static IEnumerable<string> Texts(JsonNode? rule, string field) => rule![field]!.AsArray().Select(text => (string)text!);
}

/// <summary>One right that a role gives. Immutable.</summary>
/// <param name="Role">Kind and name, as the authoriser writes them: <c>ClusterRole "canary"</c>.</param>
/// <param name="Right">The right; its namespace is a Role's, null for a ClusterRole.</param>
internal sealed record Grant(string Role, Right Right);
