using System.Text.Json.Nodes;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Support;
using Xunit;

namespace Canary.Scenarios.Outage;

/// <summary>Unknown is not bad, and not good either.</summary>
public sealed class OutageTests(SharedCluster cluster)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MetricsStayAway_MidAnalysis_HoldTheWeightAndThenGoOn(bool hangs)
    {
        var manifests = new ShopManifests("[{setWeight: 50}, {analyze: {atLeast: 2s, atMost: 2m}}, {setWeight: 100}]") { Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}" };
        var shop = await Shop.OpenAsync(cluster, hangs ? "outage-hangs" : "outage-fails", manifests);
        await using var feed = new Feed(shop);
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/3 analyze" && Verdict(rollout) is "Running" or "Pass", "evidence is gathered");
        foreach (var workload in await shop.WorkloadsAsync())
        {
            workload.Metrics = hangs ? MetricsHealth.Hangs : MetricsHealth.Fails;
        }

        var blind = await shop.UntilAsync(rollout => Verdict(rollout) == "Unknown" && NoDataSince(rollout) is not null, "the outage is noticed");
        var since = NoDataSince(blind)!.Value;
        var held = await shop.UntilAsync(_ => TimeProvider.System.GetUtcNow() > since.AddSeconds(3), "longer than atLeast has passed");

        Assert.Equal(("Progressing", "2/3 analyze", 50), (Shop.Phase(held), Shop.StepLabel(held), Shop.Weight(held)));
        Assert.Null(Shop.Outcome(held));
        Assert.Equal((50, 50), await shop.WeightsAsync());
        await shop.UntilAsync(async () => (await shop.EventsAsync("NoData")).Count > 0, "the outage is told");

        foreach (var workload in await shop.WorkloadsAsync())
        {
            workload.Metrics = MetricsHealth.Answers;
        }

        var ended = await shop.UntilAsync(rollout => Shop.Outcome(rollout) is not null && Shop.Phase(rollout) is "Healthy" or "Degraded", "it goes on");
        Assert.Equal("Promoted", Shop.Outcome(ended));
        await shop.UntilAsync(async () => (await shop.EventsAsync("DataReturned")).Count > 0, "the end of the outage is told");
    }

    [Theory]
    [InlineData("Pause")]
    [InlineData("RollBack")]
    [InlineData("Promote")]
    public async Task NoRequests_ForLongerThanHold_DoAsAsked(string then)
    {
        var manifests = new ShopManifests("[{setWeight: 50}, {analyze: {atMost: 2m}}, {setWeight: 100}]") { Analysis = $"templates: [{{name: judge}}], onNoData: {{hold: 500ms, then: {then}}}" };
        var shop = await Shop.OpenAsync(cluster, $"nodata-{then.ToLowerInvariant()}", manifests);

        await shop.SetImageAsync("v2");

        switch (then)
        {
            case "Pause":
                var paused = await shop.UntilAsync(rollout => Shop.Phase(rollout) == "Paused", "it waits for a person");
                Assert.Equal("noData", (string?)paused["status"]!["engine"]!["pause"]!["reason"], ignoreCase: true);
                Assert.Equal((50, 50), await shop.WeightsAsync());
                break;
            case "RollBack":
                await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "RolledBack" && Shop.Phase(rollout) == "Degraded", "it is taken back");
                Assert.Equal((100, 0), await shop.WeightsAsync());
                break;
            default:
                await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "it goes on");
                break;
        }
    }

    private static string? Verdict(JsonObject rollout) => (string?)rollout["status"]!["verdict"]?["state"];

    private static DateTimeOffset? NoDataSince(JsonObject rollout) => (DateTimeOffset?)rollout["status"]!["engine"]!["journey"]?["noDataSince"];
}
