using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Canary.Scenarios.Promotion;

/// <summary>
/// The Deployment's replicas change between the engine's look and a write of the hand-over: the server is stopped just before it carries that write out.
/// Nothing can guard two objects at once, yet never fewer pods serve than were and are asked for.
/// </summary>
public class HandOverRaceTests(SharedCluster cluster)
{
    [Theory]
    [InlineData(3, 5, null)]
    [InlineData(3, 2, null)]
    [InlineData(3, 1, null)]
    [InlineData(3, 10, null)]
    [InlineData(4, 0, null)]
    [InlineData(3, 2, 0)]
    public Task HandOver_WhileReplicasChangeInThatInstant_EndsConsistent(int from, int to, int? surge) => RaceAsync($"instant-{from}-{to}-{surge ?? 1}", from, [to], surge, Moment.Owner, resized: false);

    [Theory]
    [InlineData(3, 5, null)]
    [InlineData(3, 2, null)]
    [InlineData(3, 1, null)]
    [InlineData(3, 10, null)]
    [InlineData(4, 0, null)]
    [InlineData(3, 2, 0)]
    public Task HandOver_AfterTheFormerWasResizedInThatInstant_EndsConsistent(int from, int to, int? surge) => RaceAsync($"resized-{from}-{to}-{surge ?? 1}", from, [to], surge, Moment.Owner, resized: true);

    [Theory]
    [InlineData(5, 2)]
    [InlineData(2, 5)]
    [InlineData(1, 3)]
    public Task HandOver_WhileReplicasChangeTwice_EndsConsistent(int to, int then) => RaceAsync($"twice-{to}-{then}", 3, [to, then], null, Moment.Owner, resized: true);

    [Theory]
    [InlineData("Surge", 5)]
    [InlineData("Surge", 2)]
    [InlineData("Marks", 5)]
    [InlineData("Marks", 2)]
    [InlineData("Back", 5)]
    [InlineData("Back", 2)]
    public Task HandOver_WhileReplicasChangeAroundIt_EndsConsistent(string moment, int to) =>
        RaceAsync($"around-{moment.ToLowerInvariant()}-{to}", 3, [to], null, Enum.Parse<Moment>(moment), resized: false);

    private async Task RaceAsync(string ns, int from, int[] sizes, int? surge, Moment moment, bool resized)
    {
        var shop = await Shop.OpenAsync(cluster, ns, new ShopManifests("[{setWeight: 100}]") { Replicas = from, Analysis = "templates: [{name: judge}]", Propagation = 50 });
        if (surge is { } pods)
        {
            await shop.MergeAsync(ResourceKind.Deployments, new JsonObject
            {
                ["spec"] = new JsonObject { ["strategy"] = new JsonObject { ["rollingUpdate"] = new JsonObject { ["maxSurge"] = pods, ["maxUnavailable"] = 1 } } },
            }.ToJsonString());
        }

        var strategy = (await shop.GetAsync(ResourceKind.Deployments))["spec"]!["strategy"]!;
        await using var serving = await ServingCount.WatchAsync(shop);
        var changes = 0;
        shop.Running.Fault(shop.Namespace, async http =>
        {
            var writes = http.Request.Method != "GET" && http.Request.QueryString.Value!.Contains("fieldManager=canary&", StringComparison.Ordinal);
            if (writes && changes < sizes.Length && (changes > 0 || await IsAsync(shop, http, moment)))
            {
                // the second change comes at whatever the engine writes next
                var to = sizes[Interlocked.Increment(ref changes) - 1];
                await shop.ScaleAsync(to);
                if (resized && changes == 1)
                {
                    var former = await OfImageAsync(shop, "v1");
                    await shop.UntilAsync(async () => (int)(await shop.Api.GetAsync(ResourceKind.ReplicaSets, shop.Namespace, former, CancellationToken.None))["spec"]!["replicas"]! == to, "v1 is resized");
                }
            }

            return false;
        });

        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) is not null && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v2")).Count == sizes[^1] && (await shop.ListAsync(ResourceKind.Pods)).Count == sizes[^1], "as many pods of v2 as asked for");
        await shop.UntilAsync(async () => JsonNode.DeepEquals(strategy, (await shop.GetAsync(ResourceKind.Deployments))["spec"]!["strategy"]), "the strategy is as it was");

        Assert.Equal("Promoted", Shop.Outcome(await shop.RolloutAsync()));
        Assert.Equal(sizes.Length, changes);
        var (least, moments, picture) = serving.Least();
        Assert.True(moments > 8, $"only {moments} changes were seen");
        Assert.True(least >= Math.Min(from, sizes.Min()), $"only {least} pods could serve {picture}");
    }

    /// <summary>Whether a write of the engine is the one that the race is about.</summary>
    private static async Task<bool> IsAsync(Shop shop, HttpContext http, Moment moment)
    {
        var path = http.Request.Path.Value!;
        if (http.Request.Method != "PATCH")
        {
            return false;
        }

        if (path.Contains("/deployments/", StringComparison.Ordinal))
        {
            var stage = Shop.Stage(await shop.RolloutAsync());
            return (moment == Moment.Surge && stage == "HandingOver") || (moment == Moment.Back && stage == "" && Shop.Outcome(await shop.RolloutAsync()) == "Promoted");
        }

        return path.Contains("/replicasets/", StringComparison.Ordinal) && moment switch
        {
            Moment.Marks => path.EndsWith($"/{await OfImageAsync(shop, "v1")}", StringComparison.Ordinal) && Shop.Stage(await shop.RolloutAsync()) == "HandingOver",
            Moment.Owner => path.EndsWith($"/{await OfImageAsync(shop, "v2")}", StringComparison.Ordinal) && (await shop.RolloutAsync())["status"]!["engine"]!["journey"]?["handOverSentAt"] is not null,
            _ => false,
        };
    }

    private static async Task<string> OfImageAsync(Shop shop, string tag) => (string)(await shop.ListAsync(ResourceKind.ReplicaSets))
        .Single(set => (string)set["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]! == $"shop/checkout:{tag}")["metadata"]!["name"]!;

    /// <summary>The writes of a hand-over, in their order.</summary>
    private enum Moment
    {
        /// <summary>The surge is widened.</summary>
        Surge,

        /// <summary>The former ReplicaSet's marks are those of the wide surge.</summary>
        Marks,

        /// <summary>The candidate's ReplicaSet becomes the Deployment's.</summary>
        Owner,

        /// <summary>The surge is put back.</summary>
        Back,
    }
}
