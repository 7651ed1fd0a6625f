using Canary.Contract.Support;
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

    /// <summary>The engine's own elector: one leads, and when it stops the next one does, with a higher fencing token.</summary>
    [Theory, OnBothServers]
    public async Task Elector_OfTwoReplicas_HandsTheLeaseOver(string server)
    {
        var place = await servers.OpenAsync(server);
        using var api = new KubernetesApi(
            KubernetesClientConfiguration.BuildConfigFromConfigFile(place.Server.Cluster.Kubeconfig), new KubernetesApiOptions(), TimeProvider.System, new Random(5),
            global::Prometheus.Metrics.NewCustomRegistry(), NullLogger<KubernetesApi>.Instance);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(Place.Cancellation);
        using var second = CancellationTokenSource.CreateLinkedTokenSource(Place.Cancellation);
        var (early, late) = (new Term(), new Term());

        var leading = Elector(api, place, "first").RunAsync(early.LeadAsync, first.Token);
        var token = await early.Begun.Task;
        var waiting = Elector(api, place, "second").RunAsync(late.LeadAsync, second.Token);
        await first.CancelAsync();
        await leading;
        var next = await late.Begun.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Place.Cancellation);
        await second.CancelAsync();
        await waiting;

        Assert.True(next > token, $"{next} after {token}");
        Assert.True(string.IsNullOrEmpty((await place.GetAsync(place.Of("coordination.k8s.io", "v1", "leases") + "/canary")).Text("spec", "holderIdentity")));
    }

    private static LeaseElector Elector(KubernetesApi api, Place place, string identity) => new(
        api,
        new LeaderElectionOptions { Namespace = place.Namespace, Identity = identity, LeaseDuration = TimeSpan.FromSeconds(5), RenewDeadline = TimeSpan.FromSeconds(4), RetryPeriod = TimeSpan.FromMilliseconds(100) },
        TimeProvider.System,
        NullLogger<LeaseElector>.Instance);

    private sealed class Term
    {
        public TaskCompletionSource<long> Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task LeadAsync(long token, CancellationToken cancellation)
        {
            Begun.TrySetResult(token);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
