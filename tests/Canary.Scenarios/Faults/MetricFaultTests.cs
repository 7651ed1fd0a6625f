using System.Text.Json.Nodes;
using Canary.Scenarios.Crash;
using Xunit;

namespace Canary.Scenarios.Faults;

/// <summary>What pods tell is late, broken, wrong or nothing: that is never proof, neither for the candidate nor against it.</summary>
[Collection(nameof(CrashCollection))]
public sealed class MetricFaultTests(CrashCluster cluster, ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task GoodCandidate_ThirdOfTheAnswersWrong_IsPromoted(int seed)
    {
        using var pods = new FaultyPods(seed, 0.3);
        await using var run = await StartAsync($"metrics-good-{seed}", pods);

        await run.SetImageAsync("v2");
        await run.UntilAsync(() => run.Unlike("Healthy", "v2", 2).Count == 0);

        output.WriteLine(string.Join(", ", pods.Met));
        Assert.Empty(History.Broken(run.Journal, Shop.Weights, resized: false));
        Assert.True(pods.Met.Count >= 8, "too few faults were met");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task BadCandidate_ThirdOfTheAnswersWrong_IsTakenBack(int seed)
    {
        using var pods = new FaultyPods(seed, 0.3);
        await using var run = await StartAsync($"metrics-bad-{seed}", pods);
        run.Journal.Counters.CandidateErrors = 0.25;

        await run.SetImageAsync("v2");
        await run.UntilAsync(() => run.Unlike("Degraded", "v1", 2).Count == 0);

        output.WriteLine(string.Join(", ", pods.Met));
        Assert.Equal("RolledBack", run.Outcome);
        Assert.Empty(History.Broken(run.Journal, [5], resized: false));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.25)]
    public async Task EveryAnswerWrong_HoldsTheWeight_AndGoesOnWhenDataIsBack(double errors)
    {
        using var pods = new FaultyPods(5, 0);
        await using var run = await StartAsync($"metrics-dark-{(errors > 0.1 ? "bad" : "good")}", pods);
        run.Journal.Counters.CandidateErrors = errors;

        pods.Share = 1;
        await run.SetImageAsync("v2");
        await run.UntilAsync(() => run.Phase == "Paused");
        Assert.Equal("", run.Outcome ?? "");
        Assert.Equal(5, Shop.WeightOf(run.Journal.Find("VirtualService", Shop.Name)));

        pods.Share = 0;
        await run.ObeyedAsync("resume");
        await run.UntilAsync(() => run.Unlike(errors > 0.1 ? "Degraded" : "Healthy", errors > 0.1 ? "v1" : "v2", 2).Count == 0);
        Assert.Empty(History.Broken(run.Journal, Shop.Weights, resized: false));
    }

    private Task<FaultRun> StartAsync(string name, FaultyPods pods) => FaultRun.StartAsync(
        cluster, name, paused: false, plan: null, new EngineSeat { Scrape = pods.ReadAsync }, Token, spec =>
        {
            FaultRun.Steps(spec, "analyze", """{"atLeast":"2s","atMost":"1m"}""");
            spec["analysis"]!["onNoData"] = new JsonObject { ["hold"] = "3s" };
        });
}
