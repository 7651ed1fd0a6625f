using System.Text.Json.Nodes;
using Canary.Architecture.Schemas;

namespace Canary.Architecture.Manifests;

public sealed class RoleTests
{
    private const string ReasonedRule = """
        rules:
          # because
          - apiGroups: [a]
        """;

    // those of a chart are templates, which only become YAML when they are rendered
    private static readonly IReadOnlyList<string> Manifests = [.. Repository.FilesBelow("deploy", "*.yaml").Where(file => !file.StartsWith("deploy/helm/", StringComparison.Ordinal))];

    private static readonly IReadOnlyList<JsonObject> Roles = [.. Manifests.SelectMany(YamlFiles.Read).Where(manifest => (string?)manifest["kind"] is "Role" or "ClusterRole")];

    public static TheoryData<string> Reasoned => [.. Manifests.Where(file => file.StartsWith("deploy/kustomize/", StringComparison.Ordinal))];

    [Fact]
    public void Roles_OfTheHouse_AreNarrow()
    {
        Assert.NotEmpty(Roles);
        Assert.Empty(Roles.SelectMany(RoleRules.TooWide));
        Assert.Empty(Roles.SelectMany(RoleRules.Secrets));
        Assert.Empty(Roles.SelectMany(RoleRules.Levers));
    }

    [Theory]
    [MemberData(nameof(Reasoned))]
    public void Rules_EachManifest_SayWhatTheyAreFor(string file) => Assert.Empty(RoleRules.WithoutReason(file, Repository.Read(file)));

    [Fact]
    public void RolesForPeople_AreAddedToWhatEveryClusterHas()
    {
        var roles = YamlFiles.Read("deploy/kustomize/base/roles-for-people.yaml");

        Assert.Equal(
            ["canary-view: view, edit, admin", "canary-edit: edit, admin"],
            roles.Select(role => $"{(string?)role["metadata"]!["name"]}: {string.Join(", ", AddedTo(role))}"));
        Assert.All(Writable(roles), resource => Assert.DoesNotContain(resource, new[] { "rollouts/status", "analysisruns", "analysisruns/status", "clusteranalysistemplates" }));
    }

    [Theory]
    [InlineData("{apiGroups: ['*'], resources: [pods], verbs: [get]}", "Role x: apiGroups has a wildcard")]
    [InlineData("{apiGroups: [''], resources: ['pods/*'], verbs: [get]}", "Role x: resources has a wildcard")]
    [InlineData("{apiGroups: [''], resources: [pods], verbs: [get, '*']}", "Role x: verbs has a wildcard")]
    [InlineData("{nonResourceURLs: ['/*'], verbs: [get]}", "Role x: nonResourceURLs has a wildcard")]
    public void TooWide_Sample_IsNamed(string rule, string expected) => Assert.Equal([expected], RoleRules.TooWide(Sample(rule)));

    [Theory]
    [InlineData("{apiGroups: [''], resources: [secrets], verbs: [get]}", true)]
    [InlineData("{apiGroups: [''], resources: [secrets], verbs: [get, list], resourceNames: [token]}", true)]
    [InlineData("{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [token]}", false)]
    public void Secrets_Sample_AreReadByNameOnly(string rule, bool wrong) => Assert.Equal(wrong, RoleRules.Secrets(Sample(rule)).Any());

    [Theory]
    [InlineData("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", "pods/exec")]
    [InlineData("{apiGroups: [''], resources: [users], verbs: [impersonate]}", "impersonate")]
    public void Levers_Sample_AreNamed(string rule, string word) => Assert.Equal([$"Role x: {word} gives more than it says"], RoleRules.Levers(Sample(rule)));

    [Theory]
    [InlineData("rules:\n  - apiGroups: [a]", 1)]
    [InlineData("rules:\n  - apiGroups: [a] # because", 0)]
    [InlineData(ReasonedRule + "\n\n  - apiGroups: [b]", 1)]
    [InlineData(ReasonedRule, 0)]
    public void WithoutReason_Sample_IsNamed(string text, int count) => Assert.Equal(count, RoleRules.WithoutReason("x.yaml", text).Count());

    private static IEnumerable<string> AddedTo(JsonObject role) => role["metadata"]!["labels"]!.AsObject()
        .Where(label => label.Key.StartsWith("rbac.authorization.k8s.io/aggregate-to-", StringComparison.Ordinal) && (string?)label.Value == "true")
        .Select(label => label.Key.Split("aggregate-to-")[1]);

    private static IEnumerable<string> Writable(IEnumerable<JsonObject> roles) =>
        from role in roles
        from rule in role["rules"]!.AsArray()
        where rule!["verbs"]!.AsArray().Any(verb => (string?)verb is not ("get" or "list" or "watch"))
        from resource in rule!["resources"]!.AsArray()
        select (string)resource!;

    private static JsonObject Sample(string rule) => YamlFiles.Parse($"{{kind: Role, metadata: {{name: x}}, rules: [{rule}]}}").Single();
}
