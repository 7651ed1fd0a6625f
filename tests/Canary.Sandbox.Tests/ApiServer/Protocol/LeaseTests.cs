using k8s;
using k8s.Autorest;
using k8s.Models;
using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class LeaseTests
{
    [Fact]
    public async Task Replace_LeaseByTwoCandidates_LetsOneWin()
    {
        await using var running = await RunningServer.StartAsync();
        var leases = running.Client.CoordinationV1;
        var lease = await leases.CreateNamespacedLeaseAsync(
            new V1Lease { Metadata = new() { Name = "leader" }, Spec = new() { HolderIdentity = "a", RenewTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) } },
            "kube-system", cancellationToken: RunningServer.Cancellation);
        lease.Spec.HolderIdentity = "b";
        await leases.ReplaceNamespacedLeaseAsync(lease, "leader", "kube-system", cancellationToken: RunningServer.Cancellation);
        lease.Spec.HolderIdentity = "c";

        var error = await Assert.ThrowsAsync<HttpOperationException>(() =>
            leases.ReplaceNamespacedLeaseAsync(lease, "leader", "kube-system", cancellationToken: RunningServer.Cancellation));

        var stored = await leases.ReadNamespacedLeaseAsync("leader", "kube-system", cancellationToken: RunningServer.Cancellation);
        Assert.Equal((409, "b", 2026), ((int)error.Response.StatusCode, stored.Spec.HolderIdentity, stored.Spec.RenewTime?.Year));
    }
}
