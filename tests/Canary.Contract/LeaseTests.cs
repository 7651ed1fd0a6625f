using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
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
}
