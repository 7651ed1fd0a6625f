using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;
using Xunit;

namespace Canary.Scenarios.Promotion;

/// <summary>What becomes of a rollout when people change their minds.</summary>
public class JourneyTests(SharedCluster cluster)
{
    private static readonly ShopManifests AtAQuarter = new("[{setWeight: 25}, {pause: {}}]") { Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}" };


    [Fact]
    public async Task NewerTemplate_MidRollout_TakesItsPlaceFromTheFirstStep()
    {
        var shop = await AtAQuarterAsync("supersede");
        await using var services = await Mesh.MeshHistory.OfAsync(shop, ResourceKind.VirtualServices);

        await shop.SetImageAsync("v3");
        var second = await shop.UntilAsync(rollout => Candidate(rollout) == "shop/checkout:v3" && Shop.StepLabel(rollout) == "2/4 pause", "v3 has 25 %");

        Assert.Equal(("Superseded", "shop/checkout:v2"), ((string)second["status"]!["history"]![0]!["outcome"]!, (string)second["status"]!["history"]![0]!["image"]!));
        await shop.UntilAsync(() => Task.FromResult(services.States.Count == 3), "the weights went 25, 0, 25", () => "");
        Assert.Equal([25, 0, 25], services.States.Select(state => (int)state["spec"]!["http"]![0]!["route"]![1]!["weight"]!));
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v2")).Count == 0, "the pods of v2 are gone");
        Assert.Equal(2, (await shop.ReadyPodsAsync("v1")).Count);
    }

    [Fact]
    public async Task Retry_AfterAnAbort_StartsAgainAndIsPromotedOnOrder()
    {
        var shop = await AtAQuarterAsync("retry");
        await shop.CommandAsync("abort");
        await shop.UntilAsync(rollout => Shop.Phase(rollout) == "Degraded", "stable serves, v2 is refused");

        await shop.CommandAsync("""{"id":"r1","verb":"retry","by":"ada"}""");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause" && Shop.Weight(rollout) == 25, "v2 has 25 % again");
        await shop.CommandAsync("""{"id":"r1","verb":"abort"}""");
        var again = await shop.UntilAsync(rollout => (string?)rollout["status"]!["lastCommand"]!["result"] == "Refused", "the same id runs once");
        Assert.Contains("carried out before", (string)again["status"]!["lastCommand"]!["message"]!, StringComparison.Ordinal);
        await shop.CommandAsync("""{"id":"r2","verb":"promote","by":"ada"}""");
        var ended = await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");

        Assert.Equal("ada", (string?)ended["status"]!["history"]![0]!["by"]);
    }

    [Fact]
    public async Task Restart_OfTheStableVersion_IsARolloutOfNewPods()
    {
        var shop = await Shop.OpenAsync(cluster, "restart", new ShopManifests("[{setWeight: 50}, {setWeight: 100}, {pause: {duration: 50ms}}]"));
        var before = await shop.ReadyPodsAsync("v1");

        await shop.CommandAsync("restart");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "the new pods are stable");
        await shop.UntilAsync(async () => (await shop.ListAsync(ResourceKind.Pods)).Count == 2, "the old pods are gone");

        Assert.Empty(before.Intersect(await shop.ReadyPodsAsync("v1")));
        Assert.NotNull((await shop.GetAsync(ResourceKind.Deployments))["spec"]!["template"]!["metadata"]!["annotations"]!["kubectl.kubernetes.io/restartedAt"]);
    }

    [Fact]
    public async Task RolloutDeleted_MidRollout_PutsEverythingBackAndGoes()
    {
        var shop = await AtAQuarterAsync("deleted");

        var output = await new Kubectl(shop.Running.Cluster.Kubeconfig, shop.Namespace).RunAsync("delete", "rollout", Shop.Name, "--timeout=30s");

        Assert.Contains("deleted", output, StringComparison.Ordinal);
        var deployment = await shop.GetAsync(ResourceKind.Deployments);
        Assert.Equal("shop/checkout:v1", (string)deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!);
        Assert.False((bool?)deployment["spec"]!["paused"] ?? false);
        Assert.Equal((100, 0), await shop.WeightsAsync());
        var subsets = (await shop.GetAsync(ResourceKind.DestinationRules))["spec"]!["subsets"]!.AsArray();
        Assert.All(subsets, subset => Assert.Equal("""{"app":"checkout"}""", subset!["labels"]!.ToJsonString()));
        await shop.UntilAsync(async () => (await shop.ListAsync(ResourceKind.ReplicaSets)).Count == 1 && (await shop.ListAsync(ResourceKind.Pods)).Count == 2, "the candidate is gone", () => "");
        Assert.Equal(2, (await shop.ReadyPodsAsync("v1")).Count);
    }

    [Fact]
    public async Task NewTemplate_AtZeroReplicas_IsPromotedAtOnce()
    {
        var shop = await Shop.OpenAsync(cluster, "zero", AtAQuarter);
        await shop.ScaleAsync(0);
        await shop.UntilAsync(async () => (await shop.ListAsync(ResourceKind.Pods)).Count == 0, "no pods");

        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "PromotedAtZero" && Shop.Phase(rollout) == "Healthy", "v2 is promoted at zero");
        await shop.ScaleAsync(3);
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v2")).Count == 3, "v2 serves");

        Assert.Empty(await shop.ReadyPodsAsync("v1"));
        Assert.Equal((100, 0), await shop.WeightsAsync());
    }

    private static string? Candidate(JsonObject rollout) => (string?)rollout["status"]!["candidate"]?["image"];

    private async Task<Shop> AtAQuarterAsync(string ns)
    {
        var shop = await Shop.OpenAsync(cluster, ns, AtAQuarter);
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has 25 %");
        return shop;
    }
}
