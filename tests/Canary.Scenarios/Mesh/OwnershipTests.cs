using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Sandbox.ApiServer;
using Canary.Scenarios.Support;
using Xunit;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Scenarios.Mesh;

/// <summary>Of a VirtualService and a DestinationRule only the weights and two labels are Canary's.</summary>
public class OwnershipTests(SharedCluster cluster)
{
    [Fact]
    public async Task WholeRollouts_InARichMesh_LeaveEveryOtherByte()
    {
        var shop = await Shop.OpenAsync(cluster, "bytes", new ShopManifests("[{setWeight: 10}, {setWeight: 50}, {setWeight: 100}, {pause: {duration: 100ms}}]") { Mesh = RichMesh.Yaml });
        var written = YamlTree.ParseAll(RichMesh.Yaml.Replace("NAMESPACE", shop.Namespace, StringComparison.Ordinal)).ToDictionary(item => (string)item!["kind"]!, item => item!.AsObject());
        await using var services = await MeshHistory.OfAsync(shop, ResourceKind.VirtualServices);
        await using var rules = await MeshHistory.OfAsync(shop, ResourceKind.DestinationRules);

        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
        await shop.MergeAsync(ResourceKind.Rollouts, """{"spec":{"strategy":{"canary":{"steps":[{"setWeight":30},{"pause":{}}]}}}}""");
        await shop.SetImageAsync("v3");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout).EndsWith(" pause", StringComparison.Ordinal), "v3 has 30 %");
        await shop.CommandAsync("abort");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted", "v3 is taken back");
        await shop.Api.DeleteAsync(ResourceKind.Rollouts, shop.Namespace, Shop.Name, null, TestContext.Current.CancellationToken);
        await shop.UntilAsync(async () => await shop.Api.FindAsync(ResourceKind.Rollouts, shop.Namespace, Shop.Name, TestContext.Current.CancellationToken) is null, "the Rollout is released", () => "");

        foreach (var (kind, history) in new[] { (ResourceKind.VirtualServices, services), (ResourceKind.DestinationRules, rules) })
        {
            var last = await shop.GetAsync(kind);
            await shop.UntilAsync(() => Task.FromResult((string)history.States[^1]["metadata"]!["resourceVersion"]! == (string)last["metadata"]!["resourceVersion"]!), "the watch has seen the end", () => "");
            Assert.All(history.States, state => Assert.Equal(RichMesh.Foreign(history.First), RichMesh.Foreign(state)));
            Assert.Equal(CanonicalJson.Write(written[kind.Kind]["spec"]), CanonicalJson.Write(last["spec"]));
            Assert.Equal(CanonicalJson.Write(written[kind.Kind]["metadata"]!["annotations"]), CanonicalJson.Write(last["metadata"]!["annotations"]));
        }

        // three raises, the reset and the way back: the weights were there to be seen
        var weights = services.States.Select(state => state["spec"]!["http"]![0]!["route"]!.AsArray().Select(destination => (int)destination!["weight"]!).ToArray()).ToList();
        Assert.All(weights, route => Assert.Equal((100, RichMesh.Third), (route.Sum(), route[2])));
        Assert.Equal([0, 8, 40, 80, 0, 24, 0], weights.Select(route => route[1]));
    }

    [Fact]
    public async Task GitOps_ReappliesTheManifest_IsPutRightToldAndNotFought()
    {
        var shop = await Shop.OpenAsync(cluster, "gitops", new ShopManifests("[{setWeight: 25}, {pause: {}}]") { Analysis = "templates: [{name: judge}]" });
        using var gitops = shop.Running.Client("argocd-controller");
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has 25 %");
        var before = WeightWrites(shop);

        for (var drift = 1; drift <= 2; drift++)
        {
            await ReapplyAsync(shop, gitops);
            await shop.UntilAsync(rollout => rollout["status"]!["engine"]!["driftAt"]!.AsArray().Count == drift && rollout["status"]!["engine"]!["traffic"]!["settledAt"] is not null, $"drift {drift} is put right");
            Assert.Equal((75, 25), await shop.WeightsAsync());
        }

        var told = await WaitForEventsAsync(shop, "TrafficDrift");
        Assert.All(told, news => Assert.Contains("argocd-controller", (string)news["message"]!, StringComparison.Ordinal));
        Assert.Equal(before + 2, WeightWrites(shop));

        await ReapplyAsync(shop, gitops);
        var stalled = await shop.UntilAsync(rollout => rollout["status"]!["engine"]!["stalledSince"] is not null, "the third within a minute is not put right");
        Assert.Contains(stalled["status"]!["conditions"]!.AsArray(), condition => (string)condition!["type"]! == "Stalled" && (string)condition["status"]! == "True" && (string)condition["reason"]! == "TrafficConflict");
        await WaitForEventsAsync(shop, "Stalled");

        // another pass, made to happen, still leaves it alone
        await shop.MergeAsync(ResourceKind.Rollouts, """{"spec":{"progressDeadline":"9m"}}""");
        await shop.UntilAsync(rollout => (long?)rollout["status"]!["observedGeneration"] == (long)rollout["metadata"]!["generation"]!, "another pass");
        Assert.Equal(before + 2, WeightWrites(shop));
        Assert.Equal((100, 0), await shop.WeightsAsync());

        await shop.CommandAsync("abort");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted", "a person still decides");
    }

    private static int WeightWrites(Shop shop) => shop.Running.Journal.In(shop.Namespace).Count(write => write.Done && write.IsEngines && write.IsOn("virtualservices"));

    private static Task<JsonObject> ReapplyAsync(Shop shop, KubernetesApi gitops) => gitops.PatchAsync(
        ResourceKind.VirtualServices, shop.Namespace, Shop.Name, PatchKind.MergePatch,
        JsonNode.Parse("""{"spec":{"http":[{"name":"primary","route":[{"destination":{"host":"checkout","subset":"stable"},"weight":100},{"destination":{"host":"checkout","subset":"canary"},"weight":0}]}]}}""")!,
        null, TestContext.Current.CancellationToken);

    private static async Task<List<JsonObject>> WaitForEventsAsync(Shop shop, string reason)
    {
        await shop.UntilAsync(async () => (await shop.EventsAsync(reason)).Count > 0, $"an Event {reason}");
        return await shop.EventsAsync(reason);
    }
}
