using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Sandbox.Load;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Canary.Sandbox.Tests.Controllers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Sandbox.Tests.Nodes;

/// <summary>Controllers, nodes, mesh and load together, over real sockets, in real time.</summary>
public sealed class DataPlaneTests : IAsyncLifetime
{
    private TestCluster _server = null!; // set before each test
    private SandboxDataPlane _plane = null!; // set before each test

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestCluster.StartAsync(Token);
        var options = new DataPlaneOptions
        {
            Nodes = new NodeOptions { StartDelay = TimeSpan.Zero, DrainTime = TimeSpan.FromMilliseconds(400), FirstBackoff = TimeSpan.FromMilliseconds(20), LatencyFactor = 0 },
            Mesh = new MeshOptions { PropagationDelay = TimeSpan.FromMilliseconds(50) },
            Load = new LoadOptions { Targets = [new LoadTarget("checkout", 300)] },
        };
        _plane = await SandboxDataPlane.StartAsync(_server.Configuration, options, TimeProvider.System, NullLoggerFactory.Instance, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _plane.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Deployment_Created_BecomesAvailableAndServes()
    {
        await DeployAsync("shop/checkout:v1", 2);
        await AvailableAsync(2);

        using var client = new HttpClient { BaseAddress = _plane.Mesh!.Address };
        await ReachableAsync(client);
        var pods = _server.All("pods");

        Assert.Equal(2, pods.Count);
        Assert.All(pods, pod => Assert.Equal("15020", (string?)pod["metadata"]!["annotations"]!["prometheus.io/port"]));
        Assert.Equal(2, _server.Find("deployments", "checkout")!["status"]!["availableReplicas"]!.GetValue<int>());
        await Eventually.HoldsAsync(
            () => _server.Find("endpoints", "checkout")?["subsets"] is JsonArray { Count: 1 } subsets && ((JsonArray)subsets[0]!["addresses"]!).Count == 2, "two endpoints", Token);
    }

    [Fact]
    public async Task HandOver_SaturatedCandidate_KeepsItsPodsAndStopsTheOld()
    {
        await DeployAsync("shop/checkout:v1", 2);
        await AvailableAsync(2);
        await _server.PatchAsync("deployments", "checkout", """{"spec": {"paused": true}}""", Token);
        await _server.PatchAsync("deployments", "checkout", """{"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "shop/checkout:v2", "ports": [{"name": "http", "containerPort": 8080}]}]}}}}""", Token);
        var deployment = _server.Find("deployments", "checkout")!;
        var candidate = ClusterObjects.ReplicaSet("candidate", "shop/checkout:v2", 2, owner: "Rollout", revision: 0);
        candidate.Remove("status");
        candidate["metadata"]!.AsObject().Remove("creationTimestamp");
        await _server.PutAsync(candidate, Token);
        await Eventually.HoldsAsync(() => _server.Find("replicasets", "checkout-candidate")!["status"]?["availableReplicas"]?.GetValue<int>() == 2, "the candidate", Token);
        var judged = PodsOf("candidate");

        await _server.PatchAsync("replicasets", "checkout-candidate", $$$"""
            {"metadata": {"annotations": {"deployment.kubernetes.io/desired-replicas": "2", "deployment.kubernetes.io/max-replicas": "3"},
             "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout", "uid": "{{{(string)deployment["metadata"]!["uid"]!}}}", "controller": true}]}}
            """, Token);

        await Eventually.HoldsAsync(() => _server.All("pods").Count == 2, "only two pods left", Token);
        Assert.Equal(judged, PodsOf("candidate"));
        await Eventually.HoldsAsync(
            () => (string?)_server.Find("deployments", "checkout")!["metadata"]!["annotations"]?["deployment.kubernetes.io/revision"] == "2", "the revision", Token);
    }

    [Fact]
    public async Task Weights_ManyRequests_AreAsCountedAtThePods()
    {
        const int Requests = 1500;
        await TwoVersionsAsync(weight: 25);
        using var client = new HttpClient { BaseAddress = _plane.Mesh!.Address };
        await ReachableAsync(client);
        await SubsetsReadyAsync(client);
        var before = CountOf("bbb");

        await SendAsync(client, Requests);

        // five standard deviations of a binomial: one false alarm in two million runs
        var margin = 5 * Math.Sqrt(Requests * 0.25 * 0.75);
        Assert.InRange(CountOf("bbb") - before, (Requests * 0.25) - margin, (Requests * 0.25) + margin);
    }

    [Fact]
    public async Task PodDeleted_UnderRequests_FailsNone()
    {
        await DeployAsync("shop/checkout:v1", 3);
        await AvailableAsync(3);
        using var client = new HttpClient { BaseAddress = _plane.Mesh!.Address };
        await ReachableAsync(client);

        var sending = SendAsync(client, 600);
        await _server.DeleteAsync("pods", PodsOf(null)[0], Token);
        await sending;
        await AvailableAsync(3);
        await SendAsync(client, 100);

        var lost = _plane.Mesh.Metrics.Count(key => key.Flags != "-" && !key.Flags.Contains("UH", StringComparison.Ordinal) && key.Code != 404 && key.Code != 502);
        Assert.Equal(0, lost);
    }

    [Theory]
    [InlineData("shop/checkout:v5-crash", "CrashLoopBackOff")]
    [InlineData("shop/checkout:nonexistent", "ImagePullBackOff")]
    public async Task BadImage_Deployed_SaysWhyAndIsNeverReady(string image, string reason)
    {
        await DeployAsync(image, 1);

        await Eventually.HoldsAsync(() => Container()?["state"]?["waiting"]?["reason"]?.GetValue<string>() == reason, reason, Token);
        Assert.False(Container()!["ready"]!.GetValue<bool>());

        JsonNode? Container() => _server.All("pods").FirstOrDefault()?["status"]?["containerStatuses"]?[0];
    }

    [Fact]
    public async Task CrashingImage_Deployed_CountsItsRestarts()
    {
        await DeployAsync("shop/checkout:v5-crash", 1);

        await Eventually.HoldsAsync(() => _server.All("pods").FirstOrDefault()?["status"]?["containerStatuses"]?[0]?["restartCount"]?.GetValue<int>() >= 2, "two restarts", Token);
        Assert.Equal(1, _server.All("pods")[0]["status"]!["containerStatuses"]![0]!["lastState"]!["terminated"]!["exitCode"]!.GetValue<int>());
    }

    [Fact]
    public async Task UnreadyImage_Deployed_RunsWithoutBecomingReady()
    {
        await DeployAsync("shop/checkout:v6-unready", 1);

        await Eventually.HoldsAsync(() => (string?)_server.All("pods").FirstOrDefault()?["status"]?["phase"] == "Running", "a running pod", Token);
        using var client = new HttpClient { BaseAddress = _plane.Mesh!.Address };
        await Eventually.HoldsAsync(async () => await CodeOf(client) == 503, "no healthy upstream", Token);
        Assert.True(_plane.Mesh.Metrics.Count(key => key is { Flags: "UH", Service: "checkout.shop.svc.cluster.local" }) > 0);
    }

    [Fact]
    public async Task Load_Running_ReachesItsRateAndAgreesWithThePods()
    {
        await DeployAsync("shop/checkout:v1", 2);
        using var client = new HttpClient { BaseAddress = _plane.Mesh!.Address };
        await ReachableAsync(client);
        var before = CountOf(null);

        await _plane.StartLoadAsync(Token);
        await Eventually.HoldsAsync(() => _plane.Load!.Report().Completed >= 900, "900 requests", Token);
        await _plane.Load!.StopAsync(Token);

        var report = _plane.Load.Report();
        Assert.Equal(0, report.Dropped);
        Assert.InRange(report.AchievedRate, 200, 400);

        // requests cut off by the stop are counted by one side only
        Assert.InRange(CountOf(null) - before, report.Completed, report.Arrived);
    }

    [Fact]
    public async Task Metrics_AfterRequests_AreServedByPodAndMesh()
    {
        await DeployAsync("shop/checkout:v1", 1);
        using var client = new HttpClient { BaseAddress = _plane.Mesh!.Address };
        await ReachableAsync(client);
        var address = (string)_server.All("pods")[0]["status"]!["podIP"]!;

        var sidecar = await client.GetStringAsync(new Uri($"http://{address}:15020/stats/prometheus"), Token);
        var app = await client.GetStringAsync(new Uri($"http://{address}:8080/metrics"), Token);
        var mesh = await client.GetStringAsync(_plane.Mesh.StatsAddress, Token);

        Assert.Contains("istio_requests_total{reporter=\"destination\",source_workload=\"load-generator\"", sidecar, StringComparison.Ordinal);
        Assert.Contains("destination_workload=\"checkout\"", sidecar, StringComparison.Ordinal);
        Assert.Contains("destination_service=\"checkout.shop.svc.cluster.local\"", sidecar, StringComparison.Ordinal);
        Assert.Contains("le=\"0.5\"", sidecar, StringComparison.Ordinal);
        Assert.Contains("http_requests_total{code=\"200\"}", app, StringComparison.Ordinal);
        Assert.Contains("istio_requests_total{reporter=\"source\"", mesh, StringComparison.Ordinal);
    }

    private static async Task<int> CodeOf(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "checkout";
        using var response = await client.SendAsync(request, Token);
        return (int)response.StatusCode;
    }

    private static async Task SendAsync(HttpClient client, int requests)
    {
        for (var sent = 0; sent < requests; sent += 10)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CodeOf(client)));
        }
    }

    private static Task ReachableAsync(HttpClient client) => Eventually.HoldsAsync(async () => await CodeOf(client) == 200, "a 200 through the mesh", Token);

    private async Task SubsetsReadyAsync(HttpClient client)
    {
        // both versions have answered: the configuration with both is in effect
        await Eventually.HoldsAsync(
            async () =>
            {
                await CodeOf(client);
                return CountOf("aaa") > 0 && CountOf("bbb") > 0;
            },
            "both versions",
            Token);
    }

    private async Task AvailableAsync(int replicas) => await Eventually.HoldsAsync(
        () => _server.Find("deployments", "checkout")!["status"]?["availableReplicas"]?.GetValue<int>() == replicas && PodsOf(null).Length == replicas, "available pods", Token);

    private async Task DeployAsync(string image, int replicas)
    {
        var deployment = ClusterObjects.Deployment(image, replicas, paused: false);
        deployment["metadata"]!.AsObject().Remove("generation");
        await _server.PutAsync(ClusterObjects.Service(), Token);
        await _server.PutAsync(deployment, Token);
        await Eventually.HoldsAsync(() => _server.All("pods").Count == replicas, "pods", Token);
    }

    private async Task TwoVersionsAsync(int weight)
    {
        foreach (var (hash, image) in new[] { ("aaa", "shop/checkout:v1"), ("bbb", "shop/checkout:v2") })
        {
            var replicaSet = ClusterObjects.ReplicaSet(hash, image, 2, owner: "Rollout");
            replicaSet.Remove("status");
            await _server.PutAsync(replicaSet, Token);
        }

        await _server.PutAsync(ClusterObjects.Service(), Token);
        await _server.PutAsync(ClusterObjects.Parse("""
            {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "checkout", "namespace": "shop"},
             "spec": {"host": "checkout", "subsets": [{"name": "stable", "labels": {"pod-template-hash": "aaa"}}, {"name": "canary", "labels": {"pod-template-hash": "bbb"}}]}}
            """), Token);
        await _server.PutAsync(ClusterObjects.Parse(string.Create(CultureInfo.InvariantCulture, $$$"""
            {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "checkout", "namespace": "shop"},
             "spec": {"hosts": ["checkout"], "http": [{"name": "primary", "route": [
                {"destination": {"host": "checkout", "subset": "stable"}, "weight": {{{100 - weight}}}},
                {"destination": {"host": "checkout", "subset": "canary"}, "weight": {{{weight}}}}]}]}}
            """)), Token);
        await Eventually.HoldsAsync(() => _server.All("pods").Count(pod => (string?)pod["status"]?["phase"] == "Running") == 4, "four pods", Token);
    }

    private string[] PodsOf(string? hash) =>
        [.. _server.All("pods").Where(pod => hash is null || (string?)pod["metadata"]!["labels"]!["pod-template-hash"] == hash).Select(pod => (string)pod["metadata"]!["name"]!)];

    private long CountOf(string? hash) => _plane.Nodes!.Counts().Where(count => hash is null || count.Hash == hash).Sum(count => count.Requests);
}
