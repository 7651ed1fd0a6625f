using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox;
using Canary.Sandbox.Load;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Scenarios.Baseline;

/// <summary>Three arms through the mesh and under load: what the pods themselves counted is what the three weights say.</summary>
public sealed class FreshBaselineTests(ITestOutputHelper output)
{
    private const string Namespace = "fresh";

    [Fact]
    public async Task Rollouts_GoodThenBad_ComparePodsOfTheSameAgeAndLeaveNoneBehind()
    {
        var sandbox = await SandboxCluster.StartAsync(
            new SandboxOptions
            {
                DataPlane = new DataPlaneOptions
                {
                    Nodes = new NodeOptions
                    {
                        StartDelay = TimeSpan.FromMilliseconds(20),
                        LatencyFactor = 0,
                        FirstNetwork = 130,
                        Images = new ImageBehaviours(new Dictionary<string, PodBehaviour> { ["shop/checkout:v3-errors"] = PodBehaviour.Faulty with { ErrorRatio = 0.3 } }),
                    },
                    Mesh = new MeshOptions { PropagationDelay = TimeSpan.FromMilliseconds(20) },
                    Load = new LoadOptions { Targets = [new LoadTarget($"checkout.{Namespace}.svc.cluster.local", 200)], Seed = 11 },
                },
            },
            TimeProvider.System,
            NullLoggerFactory.Instance,
            TestContext.Current.CancellationToken);
        await using var running = new SharedCluster.Running(sandbox, null);
        var shop = await Shop.OpenAsync(running, Namespace, new ShopManifests("[{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {}}, {setWeight: 100}, {pause: {duration: 500ms}}]")
        {
            Replicas = 4,
            Propagation = 200,
            Mesh = ShopManifests.MeshWithBaseline,
            Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}, baseline: Fresh",
        });
        await sandbox.Plane.StartLoadAsync(TestContext.Current.CancellationToken);

        await shop.SetImageAsync("v2");
        var first = await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/6 pause", "v2 has 25 %");
        Assert.Equal((50, 25, 25), Shares(first));
        Assert.Equal((1, 1), (await PodsAsync(shop, first, "candidate"), await PodsAsync(shop, first, "baseline")));
        await AgreesAsync(shop, first, 50, 25, 25);
        var run = await RunAsync(shop, first);
        var (baseline, candidate) = ((double)run["stableRequests"]!, (double)run["candidateRequests"]!);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"evidence: {candidate} requests of the candidate against {baseline} of the baseline"));
        Assert.InRange(baseline / candidate, 0.7, 1.4); // the pods that serve have twice as many
        await shop.UntilAsync(rollout => Condition(rollout, "WeightVerified") == "True", "the weight is seen in the traffic");

        await shop.CommandAsync("resume");
        var second = await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "4/6 pause", "v2 has 50 %");
        Assert.Equal((25, 50, 25), Shares(second));
        await AgreesAsync(shop, second, 25, 50, 25);
        await shop.CommandAsync("resume");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
        await LeftAsync(shop, "v2");

        await shop.SetImageAsync("v3-errors");
        var third = await shop.UntilAsync(rollout => rollout["status"]!["baseline"] is JsonObject { } its && (int)its["weight"]! > 0, "v3 and its baseline have requests");
        Assert.Equal("shop/checkout:v2", (string)third["status"]!["baseline"]!["image"]!);
        var ended = await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "RolledBack" && Shop.Phase(rollout) == "Degraded", "v3 is rolled back");
        Assert.Matches("^errors .+ to 1 against \"no more than 10 % worse\"$", (string)ended["status"]!["history"]![0]!["reason"]!);
        await LeftAsync(shop, "v2");

        var report = sandbox.Plane.Load!.Report();
        output.WriteLine(report.ToString());
        Assert.All(report.ByCode.Keys, code => Assert.True(code is 200 or 500, $"clients saw {code}, which no pod answers"));
    }

    /// <summary>After a rollout: no pod, no ReplicaSet, no weight of the baseline, and a subset that finds somebody.</summary>
    private static async Task LeftAsync(Shop shop, string tag)
    {
        await shop.UntilAsync(async () => (await shop.ListAsync(ResourceKind.ReplicaSets)).All(set => set["metadata"]!["annotations"]?["canary.dev/baseline-of"] is null), "the baseline is gone");
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync(tag)).Count == 4 && (await shop.ListAsync(ResourceKind.Pods)).Count == 4, "only the stable pods are left");
        var stable = (string)(await shop.RolloutAsync())["status"]!["stable"]!["revision"]!;
        await shop.UntilAsync(async () => (await shop.GetAsync(ResourceKind.DestinationRules))["spec"]!["subsets"]!.AsArray().All(subset => (string?)subset!["labels"]!["pod-template-hash"] == stable), "every subset selects the stable pods");
        var routes = (await shop.GetAsync(ResourceKind.VirtualServices))["spec"]!["http"]![0]!["route"]!.AsArray();
        Assert.Equal([100, 0, 0], routes.Select(route => (int)route!["weight"]!));
        Assert.Null((await shop.RolloutAsync())["status"]!["baseline"]);
    }

    private static async Task AgreesAsync(Shop shop, JsonObject rollout, params int[] percents)
    {
        var hashes = new[] { "stable", "candidate", "baseline" }.Select(arm => (string)rollout["status"]![arm]!["revision"]!).ToArray();
        long[] Counted() => [.. hashes.Select(hash => shop.Running.Cluster.Plane.Nodes!.Counts().Where(pod => pod.Namespace == Namespace && pod.Hash == hash).Sum(pod => pod.Requests))];
        var before = Counted();
        var counted = before;
        await shop.UntilAsync(() => Task.FromResult((counted = Counted()).Sum() - before.Sum() >= 1500), "enough requests");

        var all = (double)(counted.Sum() - before.Sum());
        for (var arm = 0; arm < percents.Length; arm++)
        {
            var (seen, asked) = ((counted[arm] - before[arm]) / all, percents[arm] / 100.0);
            var tolerance = Math.Max(0.02, 4 * Math.Sqrt(asked * (1 - asked) / all));
            Assert.True(Math.Abs(seen - asked) <= tolerance, $"{hashes[arm]} was asked to have {asked:P0} and had {seen:P1} of {all} requests");
        }
    }

    private static (int, int, int) Shares(JsonObject rollout) =>
        ((int)rollout["status"]!["stable"]!["weight"]!, (int)rollout["status"]!["candidate"]!["weight"]!, (int)rollout["status"]!["baseline"]!["weight"]!);

    private static async Task<int> PodsAsync(Shop shop, JsonObject rollout, string arm) => (await shop.ListAsync(ResourceKind.Pods))
        .Count(pod => (string?)pod["metadata"]!["labels"]!["pod-template-hash"] == (string)rollout["status"]![arm]!["revision"]!);

    private static async Task<JsonObject> RunAsync(Shop shop, JsonObject rollout)
    {
        var name = (string)rollout["status"]!["engine"]!["journey"]!["analysisRun"]!;
        JsonObject? metric = null;
        await shop.UntilAsync(
            async () => (metric = (await shop.Api.GetAsync(ResourceKind.AnalysisRuns, Namespace, name, TestContext.Current.CancellationToken))["status"]?["metrics"]?[0] as JsonObject) is not null
                && (double?)metric["candidateRequests"] > 300,
            "evidence");
        return metric!; // waited for
    }

    private static string? Condition(JsonObject rollout, string type) =>
        (string?)rollout["status"]!["conditions"]!.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == type)?["status"];
}
