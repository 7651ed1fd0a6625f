using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;
using Xunit;

namespace Canary.Scenarios.Real;

/// <summary>Rollouts beside those who work on the same objects in a real cluster: autoscaler, disruption controller, GitOps, collectors, people.</summary>
public sealed class NeighbourTests(RealCluster cluster)
{
    private const string Half = "[{setWeight: 50}, {pause: {}}, {setWeight: 100}, {pause: {}}]";
    private const string WithTemplate = "templates: [{name: judge}], onNoData: {hold: 10m}";

    private static readonly ResourceKind Autoscalers = new("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);
    private static readonly ResourceKind Budgets = new("policy", "v1beta1", "poddisruptionbudgets", "PodDisruptionBudget", true);
    private static readonly ResourceKind BudgetsSince121 = Budgets with { Version = "v1" };
    private static readonly ResourceKind Namespaces = new("", "v1", "namespaces", "Namespace", false);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Autoscaler_RaisesTheReplicasMidRollout_IsFollowedByBothArms()
    {
        var shop = await Shop.OpenAsync(cluster, "hpa", new ShopManifests(Half) { Analysis = WithTemplate });
        await CreateAsync(shop, Autoscalers, """{"minReplicas":2,"maxReplicas":9,"targetCPUUtilizationPercentage":50,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"checkout"}}""");
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has half");

        await AtLeastAsync(shop, 4);
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v1")).Count == 4 && (await shop.ReadyPodsAsync("v2")).Count == 2, "v1 has four pods and v2 its half of them");
        await shop.CommandAsync("resume");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "4/4 pause", "v2 has everything");
        await AtLeastAsync(shop, 5);
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v2")).Count == 5, "v2 has as many as asked for");
        await shop.CommandAsync("promote");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
        await AtLeastAsync(shop, 6);

        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v2")).Count == 6 && (await shop.ListAsync(ResourceKind.Pods)).Count == 6, "the autoscaler still scales");
    }

    [Fact]
    public async Task DisruptionBudget_CountsBothArms()
    {
        var shop = await Shop.OpenAsync(cluster, "pdb", new ShopManifests(Half) { Replicas = 3, Analysis = WithTemplate });
        var budgets = cluster.Minor < 21 ? Budgets : BudgetsSince121;
        await CreateAsync(shop, budgets, """{"maxUnavailable":1,"selector":{"matchLabels":{"app":"checkout"}}}""");
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has half");

        await BudgetAsync(shop, budgets, expected: 5);
        await shop.CommandAsync("promote");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");

        await BudgetAsync(shop, budgets, expected: 3);
    }

    [Fact]
    public async Task KubectlApply_OfTheManifests_BeginsTheRolloutAndDoesNotDisturbIt()
    {
        var manifests = new ShopManifests(Half) { Analysis = WithTemplate };
        var shop = await Shop.OpenAsync(cluster, "apply", manifests);
        var kubectl = new Kubectl(shop.Running.Cluster.Kubeconfig, shop.Namespace);
        await ApplyAsync(kubectl, WithoutMesh(manifests.Text(shop.Namespace)));
        var next = manifests.Text(shop.Namespace).Replace("checkout:v1", "checkout:v2", StringComparison.Ordinal);

        await ApplyAsync(kubectl, WithoutMesh(next));
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause" && rollout["status"]!["engine"]!["traffic"]!["settledAt"] is not null, "v2 has half");
        await ApplyAsync(kubectl, next);
        await shop.UntilAsync(async () => await shop.WeightsAsync() == (50, 50) && (await shop.RolloutAsync())["status"]!["engine"]!["driftAt"] is JsonArray { Count: > 0 }, "the weights of the manifest are put right");
        Assert.True((bool)(await shop.GetAsync(ResourceKind.Deployments))["spec"]!["paused"]!);
        await shop.CommandAsync("promote");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
        await ApplyAsync(kubectl, WithoutMesh(next));

        await shop.UntilAsync(async () => await shop.WeightsAsync() == (100, 0) && (await shop.ReadyPodsAsync("v2")).Count == 2, "v2 serves");
        Assert.Equal("Healthy", Shop.Phase(await shop.RolloutAsync()));
    }

    /// <summary>What <c>kubectl rollout undo</c> would write, which kubectl itself refuses for a paused Deployment.</summary>
    [Fact]
    public async Task Template_SetBackByHandToAnOlderRevision_ServesFromItsOwnReplicaSetAgain()
    {
        var shop = await Shop.OpenAsync(cluster, "undo", new ShopManifests("[{setWeight: 50}, {setWeight: 100}]"));
        var first = (await shop.ListAsync(ResourceKind.ReplicaSets)).Single();
        foreach (var tag in new[] { "v2", "v3" })
        {
            await shop.SetImageAsync(tag);
            await shop.UntilAsync(rollout => ImageOf(rollout) == $"shop/checkout:{tag}" && Shop.Phase(rollout) == "Healthy", $"{tag} is promoted");
            await shop.UntilAsync(async () => (await shop.ListAsync(ResourceKind.Pods)).Count == 2, "it alone serves");
        }

        var (refused, said) = await new Kubectl(shop.Running.Cluster.Kubeconfig, shop.Namespace).TryAsync(null, "rollout", "undo", "deployment/checkout", "--to-revision=1");
        var template = first["spec"]!["template"]!.DeepClone();
        template["metadata"]!["labels"]!.AsObject().Remove("pod-template-hash");
        await shop.MergeAsync(ResourceKind.Deployments, new JsonObject { ["spec"] = new JsonObject { ["template"] = template } }.ToJsonString());
        var ended = await shop.UntilAsync(rollout => ImageOf(rollout) == "shop/checkout:v1" && Shop.Phase(rollout) == "Healthy", "v1 is promoted");

        Assert.True(refused != 0 && said.Contains("paused", StringComparison.Ordinal), said);
        Assert.Equal((string)first["metadata"]!["name"]!, (string?)ended["status"]!["stable"]!["replicaSet"]);
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v1")).Count == 2 && (await shop.ListAsync(ResourceKind.Pods)).Count == 2, "v1 alone serves");
        Assert.Equal(3, (await shop.ListAsync(ResourceKind.ReplicaSets)).Count);
        await shop.UntilAsync(async () => (string?)(await shop.GetAsync(ResourceKind.Deployments))["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"] == "4", "the history goes on");
    }

    [Fact]
    public async Task Errors_OfTheCandidate_TakeItBackByThemselves()
    {
        var shop = await Shop.OpenAsync(cluster, "errors", new ShopManifests("[{setWeight: 50}, {analyze: {atMost: 2m}}, {setWeight: 100}]") { Analysis = "templates: [{name: judge}]" });
        await using var feed = new Feed(shop);

        await shop.SetImageAsync("v2-errors");
        var ended = await shop.UntilAsync(rollout => Shop.Outcome(rollout) is not null && Shop.Phase(rollout) == "Degraded", "it is taken back");

        Assert.Equal("RolledBack", Shop.Outcome(ended));
        Assert.Equal((100, 0), await shop.WeightsAsync());
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v2-errors")).Count == 0 && (await shop.ReadyPodsAsync("v1")).Count == 2, "only v1 is left");
    }

    [Fact]
    public async Task Namespace_DeletedMidRollout_IsEmptiedAndGoes()
    {
        var shop = await Shop.OpenAsync(cluster, "doomed", new ShopManifests(Half) { Analysis = WithTemplate });
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has half");

        await shop.Api.DeleteAsync(Namespaces, null, shop.Namespace, null, Cancellation);

        await shop.UntilAsync(async () => await shop.Api.FindAsync(Namespaces, null, shop.Namespace, Cancellation) is null, "the namespace is gone", () => "");
    }

    private static string? ImageOf(JsonObject rollout) => rollout["status"]!["engine"]!["journey"] is null ? (string?)rollout["status"]!["stable"]?["image"] : null;

    private static async Task CreateAsync(Shop shop, ResourceKind kind, string spec) => await shop.Api.CreateAsync(
        kind, shop.Namespace,
        new JsonObject { ["apiVersion"] = $"{kind.Group}/{kind.Version}", ["kind"] = kind.Kind, ["metadata"] = new JsonObject { ["name"] = Shop.Name }, ["spec"] = JsonNode.Parse(spec) },
        Cancellation);

    /// <summary>Lets the autoscaler raise the replicas: below its minimum it needs no metrics to act.</summary>
    private static async Task AtLeastAsync(Shop shop, int replicas)
    {
        await shop.MergeAsync(Autoscalers, $$$"""{"spec":{"minReplicas":{{{replicas.ToString(CultureInfo.InvariantCulture)}}}} }""");
        await shop.UntilAsync(async () => (int)(await shop.GetAsync(ResourceKind.Deployments))["spec"]!["replicas"]! == replicas, $"the autoscaler asks for {replicas}");
    }

    private static async Task BudgetAsync(Shop shop, ResourceKind budgets, int expected)
    {
        JsonNode? status = null;
        await shop.UntilAsync(
            async () => (int?)(status = (await shop.GetAsync(budgets))["status"])?["expectedPods"] == expected && (int?)status["currentHealthy"] == expected,
            $"{expected} pods are counted", () => status?.ToJsonString());
        Assert.Equal((expected - 1, 1), ((int)status!["desiredHealthy"]!, (int)status["disruptionsAllowed"]!)); // seen above
    }

    /// <summary>The manifests without those whose fields are Canary's during a rollout, which a GitOps tool is told to ignore.</summary>
    private static string WithoutMesh(string yaml) => string.Join("---\n", yaml.Split("---\n").Where(document => !document.Contains("networking.istio.io", StringComparison.Ordinal)));

    private static async Task ApplyAsync(Kubectl kubectl, string yaml)
    {
        var (code, output) = await kubectl.TryAsync(yaml, "apply", "--validate=false", "-f", "-");
        Assert.True(code == 0, output);
    }
}
