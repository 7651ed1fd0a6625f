using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Core;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Leadership;
using Canary.Sandbox.ApiServer;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Contract;

/// <summary>What leadership stands on.</summary>
public sealed class LeaseTests(Servers servers)
{
    [Theory, OnBothServers]
    public async Task Replace_LeaseByTwoCandidates_LetsOneWin(string server)
    {
        var place = await servers.OpenAsync(server);
        var leases = place.Of("coordination.k8s.io", "v1", "leases");
        var lease = await place.DoAsync("POST", leases, """{"metadata":{"name":"leader"},"spec":{"holderIdentity":"a","leaseDurationSeconds":15,"renewTime":"2026-01-02T03:04:05.678901Z"}}""");
        lease["spec"]!["holderIdentity"] = "b";
        await place.DoAsync("PUT", leases + "/leader", lease.ToJsonString());
        lease["spec"]!["holderIdentity"] = "c";

        var refused = await place.RefusedAsync(409, "PUT", leases + "/leader", lease.ToJsonString());

        var stored = await place.GetAsync(leases + "/leader");
        Assert.Equal("Conflict", refused.Text("reason"));
        Assert.Equal(("b", "2026-01-02T03:04:05.678901Z"), (stored.Text("spec", "holderIdentity"), stored.Text("spec", "renewTime")));
    }

    [Theory, OnBothServers]
    public async Task Create_LeaseTwice_LetsTheFirstWin(string server)
    {
        var place = await servers.OpenAsync(server);
        var leases = place.Of("coordination.k8s.io", "v1", "leases");
        await place.DoAsync("POST", leases, """{"metadata":{"name":"leader"},"spec":{"holderIdentity":"a"}}""");

        var refused = await place.RefusedAsync(409, "POST", leases, """{"metadata":{"name":"leader"},"spec":{"holderIdentity":"b"}}""");

        Assert.Equal("AlreadyExists", refused.Text("reason"));
    }

    /// <summary>The engine's own election: shards are shared, and when a replica stops the other leads them all, in higher terms.</summary>
    [Theory, OnBothServers]
    public async Task Election_OfTwoReplicas_SharesTheShardsAndHandsThemOver(string server)
    {
        var place = await servers.OpenAsync(server);
        using var api = new KubernetesApi(
            KubernetesClientConfiguration.BuildConfigFromConfigFile(place.Server.Cluster.Kubeconfig), new KubernetesApiOptions(), TimeProvider.System, new Random(5),
            global::Prometheus.Metrics.NewCustomRegistry(), NullLogger<KubernetesApi>.Instance);
        using var first = Replica(api, place, "first");
        using var second = Replica(api, place, "second");

        await first.StartAsync(Place.Cancellation);
        await UntilAsync(() => Keys.All(first.Leads));
        var terms = await TermsAsync(place);
        await second.StartAsync(Place.Cancellation);
        await UntilAsync(() => Keys.Count(second.Leads) is var share && share > 0 && Keys.Count(first.Leads) + share == Keys.Length);
        var shared = (await HoldersAsync(place)).Distinct().Count();
        await first.StopAsync(Place.Cancellation);
        await UntilAsync(() => Keys.All(second.Leads));
        var later = await TermsAsync(place);
        await second.StopAsync(Place.Cancellation);

        Assert.Equal(2, shared);
        Assert.All(terms.Zip(later), pair => Assert.True(pair.Second > pair.First, $"{pair.Second} after {pair.First}"));
        Assert.All(await HoldersAsync(place), holder => Assert.True(string.IsNullOrEmpty(holder)));
    }

    private static readonly RolloutKey[] Keys = [.. Enumerable.Range(0, 40).Select(number => new RolloutKey("shop", $"app-{number}"))];

    private static async Task<List<string?>> HoldersAsync(Place place) => [.. (await ShardsAsync(place)).Select(lease => lease.Text("spec", "holderIdentity"))];

    private static async Task<List<long>> TermsAsync(Place place) => [.. (await ShardsAsync(place)).Select(lease => (long)lease["spec"]!["leaseTransitions"]!)];

    private static async Task<List<JsonObject>> ShardsAsync(Place place)
    {
        var shards = new List<JsonObject>();
        for (var shard = 0; shard < 4; shard++)
        {
            shards.Add(await place.GetAsync(place.Of("coordination.k8s.io", "v1", "leases") + FormattableString.Invariant($"/canary-{shard}")));
        }

        return shards;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "it did not come to what was waited for");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Place.Cancellation);
        }
    }

    private static ShardLeadership Replica(KubernetesApi api, Place place, string identity) => new(
        api,
        new LeaderElectionOptions { Namespace = place.Namespace, Identity = identity, Shards = 4, LeaseDuration = TimeSpan.FromSeconds(5), RenewDeadline = TimeSpan.FromSeconds(4), RetryPeriod = TimeSpan.FromMilliseconds(100) },
        Task.CompletedTask,
        TimeProvider.System,
        global::Prometheus.Metrics.NewCustomRegistry(),
        NullLogger<ShardLeadership>.Instance);
}
