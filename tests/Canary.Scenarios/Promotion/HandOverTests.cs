using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;
using Xunit;

namespace Canary.Scenarios.Promotion;

/// <summary>The pods that were judged are the pods that stay, and never fewer than asked for.</summary>
public class HandOverTests(SharedCluster cluster)
{
    private const string Bake = "[{setWeight: 50}, {setWeight: 100}, {pause: {}}]";

    [Fact]
    public async Task Promotion_KeepsThePods_AndTheHistory()
    {
        var shop = await Shop.OpenAsync(cluster, "handover", new ShopManifests(Bake) { Replicas = 3 });
        await shop.SetImageAsync("v2");
        var baked = await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "3/3 pause", "v2 has everything");
        var judged = await shop.ReadyPodsAsync("v2");
        await shop.CommandAsync("resume");
        await shop.UntilAsync(rollout => Shop.Phase(rollout) == "Healthy" && Shop.Outcome(rollout) == "Promoted", "v2 is promoted");
        await shop.UntilAsync(async () => (await shop.ListAsync(ResourceKind.Pods)).Count == 3, "v1 is gone");

        Assert.Equal(3, judged.Count);
        Assert.Equal(judged, await shop.ReadyPodsAsync("v2"));
        Assert.All(await shop.ListAsync(ResourceKind.Pods), pod => Assert.Equal(0, (int)pod["status"]!["containerStatuses"]![0]!["restartCount"]!));
        var deployment = await shop.GetAsync(ResourceKind.Deployments);
        Assert.Equal("2", (string?)deployment["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]);
        Assert.True((bool)deployment["spec"]!["paused"]!);
        var name = (string)baked["status"]!["candidate"]!["replicaSet"]!;
        var handed = (await shop.ListAsync(ResourceKind.ReplicaSets)).Single(set => (string)set["metadata"]!["name"]! == name);
        Assert.Equal("Deployment", (string)handed["metadata"]!["ownerReferences"]![0]!["kind"]!);

        // back to the older revision: its own ReplicaSet serves again, then the newer one's
        var (older, sets) = (await OwnedAsync(shop, "v1"), (await shop.ListAsync(ResourceKind.ReplicaSets)).Count);
        await shop.CommandAsync("rollback");
        await shop.UntilAsync(rollout => (string?)rollout["status"]!["stable"]!["replicaSet"] == older && rollout["status"]!["engine"]!["journey"] is null, "v1 is back");
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v1")).Count == 3 && (await shop.ListAsync(ResourceKind.Pods)).Count == 3, "v1 alone serves");
        Assert.Equal(sets, (await shop.ListAsync(ResourceKind.ReplicaSets)).Count);
        Assert.Equal((100, 0), await shop.WeightsAsync());
    }

    [Theory]
    [InlineData(4, 6)]
    [InlineData(4, 2)]
    public async Task Replicas_ChangeAtEveryStage_NeverFewerServeThanAsked(int from, int to)
    {
        var shop = await Shop.OpenAsync(cluster, $"hpa-{from}-{to}", new ShopManifests(Bake) { Replicas = from, Propagation = 100 });
        await using var serving = await ServingCount.WatchAsync(shop);
        var replicas = from;
        async Task ChangeAsync() => await shop.ScaleAsync(replicas = replicas == from ? to : from);

        await shop.SetImageAsync("v2");
        foreach (var stage in new[] { "Preparing", "Stepping" })
        {
            await shop.UntilAsync(rollout => Shop.Stage(rollout) == stage, stage);
            await ChangeAsync();
        }

        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "3/3 pause", "v2 has everything");
        await ChangeAsync();
        await shop.CommandAsync("resume");

        foreach (var stage in new[] { "SwitchingSubset", "ResettingWeights" })
        {
            await shop.UntilAsync(rollout => Shop.Stage(rollout) == stage || Shop.Outcome(rollout) is not null, stage);
            await ChangeAsync();
        }

        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v2")).Count == replicas && (await shop.ListAsync(ResourceKind.Pods)).Count == replicas, "as many pods as asked for");
        AssertServed(serving, Math.Min(from, to));
    }

    private static void AssertServed(ServingCount serving, int pods)
    {
        var (least, moments, picture) = serving.Least();
        Assert.True(moments > 8, $"only {moments} changes were seen");
        Assert.True(least >= pods, $"only {least} pods could serve {picture}");
    }

    private static async Task<string> OwnedAsync(Shop shop, string tag) => (string)(await shop.ListAsync(ResourceKind.ReplicaSets))
        .Single(set => (string)set["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]! == $"shop/checkout:{tag}")["metadata"]!["name"]!;
}
