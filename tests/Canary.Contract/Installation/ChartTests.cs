using System.Text.Json.Nodes;
using Canary.Architecture;
using Canary.Kubernetes.Json;
using Canary.Sandbox.ApiServer;
using Xunit;

namespace Canary.Contract.Installation;

/// <summary>What the chart makes of its values.</summary>
public sealed class ChartTests
{
    private const string Rules = "deploy/kustomize/";

    public static TheoryData<string> Ways => Chart.Ways;

    [Theory]
    [InlineData("default", "ClusterRole", "canary", Rules + "base/cluster-role.yaml")]
    [InlineData("everything", "ClusterRole", "progressive", Rules + "base/cluster-role.yaml")]
    [InlineData("namespaced", "Role", "canary", Rules + "namespaced/role.yaml")]
    [InlineData("namespaced", "ClusterRole", "canary-cluster-templates-canary-system", Rules + "namespaced/cluster-templates.yaml")]
    [InlineData("default", "Role", "canary-leader-election", Rules + "base/role-leader-election.yaml")]
    [InlineData("default", "ClusterRole", "canary-view", Rules + "base/roles-for-people.yaml")]
    [InlineData("default", "ClusterRole", "canary-edit", Rules + "base/roles-for-people.yaml")]
    public async Task Roles_OfTheChart_AreThoseOfKustomize(string way, string kind, string name, string file)
    {
        var rendered = (await Chart.RenderAsync(way)).Single(manifest => manifest.Text("kind") == kind && manifest.Text("metadata", "name") == name);

        var written = YamlTree.ParseAll(Repository.Read(file)).OfType<JsonObject>().Where(manifest => manifest.Text("kind") == kind);
        var expected = written.First(role => !name.EndsWith("-edit", StringComparison.Ordinal) || role.Text("metadata", "name") == "canary-edit");
        Assert.True(JsonNode.DeepEquals(expected["rules"], rendered["rules"]), rendered.ToJsonString());
    }

    [Fact]
    public async Task RolesForPeople_OfTheChart_AreAddedToTheSameRoles()
    {
        var rendered = await Chart.RenderAsync("default");

        foreach (var role in YamlTree.ParseAll(Repository.Read(Rules + "base/roles-for-people.yaml")).OfType<JsonObject>())
        {
            var twin = rendered.Single(manifest => manifest.Text("kind") == "ClusterRole" && manifest.Text("metadata", "name") == role.Text("metadata", "name"));
            Assert.Equal(Aggregation(role), Aggregation(twin));
        }
    }

    [Fact]
    public async Task Namespaced_HasNoRightBeyondItsNamespaceButToReadTemplates()
    {
        var rendered = await Chart.RenderAsync("namespaced");

        var bound = rendered.Where(manifest => manifest.Text("kind") == "ClusterRoleBinding").Select(binding => binding.Text("roleRef", "name"));
        Assert.Equal(["canary-cluster-templates-canary-system"], bound);
    }

    /// <summary>A binding that names another account or role than there is gives nothing, and nobody tells.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task References_EachWay_LeadToWhatIsThere(string way)
    {
        var rendered = await Chart.RenderAsync(way);
        var there = rendered.Select(manifest => $"{manifest.Text("kind")} {manifest.Text("metadata", "name")}").ToHashSet();
        var account = $"ServiceAccount {Pod(rendered).Text("serviceAccountName")}";

        Assert.Equal(rendered.Count, there.Count); // no object twice
        Assert.Equal(way != "nothing", there.Contains(account));
        Assert.All(rendered.Where(manifest => manifest.ContainsKey("roleRef")), binding =>
        {
            Assert.Contains($"{binding.Text("roleRef", "kind")} {binding.Text("roleRef", "name")}", there);
            Assert.Equal([account], binding.Items("subjects")!.Select(subject => $"{subject.Text("kind")} {subject.Text("name")}"));
        });
    }

    /// <summary>Service, budget, policy and monitor find the pods by labels that the pods have.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Selectors_EachWay_FindThePods(string way)
    {
        var rendered = await Chart.RenderAsync(way);
        var labels = Labels(Chart.One(rendered, "Deployment")["spec"]!["template"]!["metadata"]!["labels"]!);
        var service = Labels(Chart.One(rendered, "Service")["metadata"]!["labels"]!);

        foreach (var manifest in rendered)
        {
            var (selector, from) = manifest.Text("kind") switch
            {
                "Deployment" or "PodDisruptionBudget" => (manifest["spec"]!["selector"]!["matchLabels"], labels),
                "NetworkPolicy" => (manifest["spec"]!["podSelector"]!["matchLabels"], labels),
                "Service" => (manifest["spec"]!["selector"], labels),
                "ServiceMonitor" => (manifest["spec"]!["selector"]!["matchLabels"], service),
                _ => (null, labels),
            };
            Assert.True(selector is null || Labels(selector).IsSubsetOf(from), manifest.ToJsonString());
        }
    }

    [Theory]
    [InlineData("default")]
    [InlineData("namespaced")]
    [InlineData("everything")]
    public async Task Pod_UnlessSwitchedOff_IsHarmless(string way)
    {
        var rendered = await Chart.RenderAsync(way);

        var container = Pod(rendered)["containers"]![0]!;
        Assert.True(Pod(rendered)["securityContext"]!["runAsNonRoot"]!.GetValue<bool>());
        Assert.True(container["securityContext"]!["readOnlyRootFilesystem"]!.GetValue<bool>());
        Assert.False(container["securityContext"]!["allowPrivilegeEscalation"]!.GetValue<bool>());
        Assert.Equal(["ALL"], container["securityContext"]!["capabilities"]!["drop"]!.AsArray().Select(text => (string?)text));
    }

    [Theory]
    [InlineData("policy/v1", "policy/v1")]
    [InlineData("", "policy/v1beta1")]
    public async Task DisruptionBudget_ByWhatTheClusterServes_HasTheNewestVersion(string served, string expected) =>
        Assert.Equal(expected, Chart.One(await Chart.RenderAsync("default", served), "PodDisruptionBudget").Text("apiVersion"));

    [Theory]
    [InlineData("default", 10)]
    [InlineData("nothing", 2)]
    [InlineData("everything", 14)]
    public async Task Objects_OfAWay_AreAsManyAsSwitchedOn(string way, int count) => Assert.Equal(count, (await Chart.RenderAsync(way)).Count);

    [Fact]
    public async Task Several_SettingsReachTheEngine()
    {
        var environment = Environment(await Chart.RenderAsync("several"));

        Assert.Equal(
            ["00:00:30", "00:00:20", "00:00:02.5", "8", "16", "00:05:00"],
            new[] { "Kubernetes__LeaseDuration", "Kubernetes__RenewDeadline", "Kubernetes__RetryPeriod", "Kubernetes__Leadership__Shards", "Engine__Workers", "Engine__Resync" }
                .Select(name => environment["CANARY_" + name]));
    }

    [Fact]
    public async Task Replicas_SeveralWithoutElection_AreRefused()
    {
        var (code, _, errors) = await Chart.TryValuesAsync("leaderElection: {enabled: false}");

        Assert.NotEqual(0, code);
        Assert.Contains("set replicas to 1", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replicas_OneWithoutElection_NeverRunsTwo()
    {
        var rendered = await Chart.RenderAsync("nothing");

        Assert.Equal("Recreate", Chart.One(rendered, "Deployment").Text("spec", "strategy", "type"));
        Assert.Equal("false", Environment(rendered)["CANARY_Kubernetes__LeaderElection"]);
    }

    [Fact]
    public async Task Monitoring_Everything_TakesValuesAndFilesOver()
    {
        var rendered = await Chart.RenderAsync("everything");
        var alerts = Chart.One(rendered, "PrometheusRule").Items("spec", "groups")!.SelectMany(group => group.Items("rules")!).ToDictionary(rule => rule.Text("alert")!);

        var written = YamlTree.ParseAll(Repository.Read("deploy/helm/canary/files/alerts.yaml")).OfType<JsonObject>().Single();
        var rules = written.Items("groups")!.SelectMany(group => group.Items("rules")!).ToList();
        Assert.Equal(rules.Select(rule => rule.Text("alert")), alerts.Keys);
        Assert.All(rules, rule => Assert.Equal(rule.Text("expr"), alerts[rule.Text("alert")!].Text("expr")));
        Assert.All(alerts.Values, alert => Assert.Equal("platform", alert.Text("labels", "team")));
        Assert.Equal("6h", alerts["CanaryRolloutLasts"].Text("for"));
        Assert.Equal("https://wiki.example.com/canary#canaryenginedown", alerts["CanaryEngineDown"].Text("annotations", "runbook_url"));
        var dashboard = JsonNode.Parse(Chart.One(rendered, "ConfigMap").Text("data", "canary.json")!);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Repository.Read("deploy/helm/canary/files/dashboard.json")), dashboard));
    }

    private static JsonObject Pod(IReadOnlyList<JsonObject> rendered) => Chart.One(rendered, "Deployment")["spec"]!["template"]!["spec"]!.AsObject();

    private static Dictionary<string, string?> Environment(IReadOnlyList<JsonObject> rendered) =>
        Pod(rendered)["containers"]![0].Items("env")!.ToDictionary(variable => variable.Text("name")!, variable => variable.Text("value"));

    private static HashSet<string> Labels(JsonNode labels) => [.. labels.AsObject().Select(label => $"{label.Key}={label.Value}")];

    private static IEnumerable<string> Aggregation(JsonObject role) =>
        Labels(role["metadata"]!["labels"]!).Where(label => label.Contains("aggregate-to", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
