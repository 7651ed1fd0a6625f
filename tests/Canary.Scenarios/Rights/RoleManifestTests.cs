using Canary.Testing.ControlPlanes;
using Xunit;

namespace Canary.Scenarios.Rights;

/// <summary>The manifests beside each other, and the reading of requests, where there is no real server to ask.</summary>
public sealed class RoleManifestTests
{
    [Fact]
    public void Namespaced_AndWholeCluster_GiveTheSameRights()
    {
        var cluster = RoleManifest.Read(null, "base/cluster-role.yaml");
        var parts = RoleManifest.Read(null, "namespaced/role.yaml", "namespaced/cluster-templates.yaml");

        Assert.Equal(Sorted(cluster), Sorted(parts));
    }

    [Theory]
    [InlineData("GET", "/apis/canary.dev/v1alpha1/rollouts?limit=500", "list rollouts.canary.dev")]
    [InlineData("GET", "/apis/canary.dev/v1alpha1/namespaces/shop/rollouts?watch=true&resourceVersion=1", "watch rollouts.canary.dev in shop")]
    [InlineData("GET", "/api/v1/namespaces/shop/services/checkout", "get services in shop")]
    [InlineData("PUT", "/apis/canary.dev/v1alpha1/namespaces/shop/rollouts/checkout/status", "update rollouts/status.canary.dev in shop")]
    [InlineData("POST", "/api/v1/namespaces/shop/events", "create events in shop")]
    [InlineData("PATCH", "/apis/apps/v1/namespaces/shop/deployments/checkout", "patch deployments.apps in shop")]
    [InlineData("DELETE", "/apis/apps/v1/namespaces/shop/replicasets/a", "delete replicasets.apps in shop")]
    [InlineData("DELETE", "/apis/apps/v1/namespaces/shop/replicasets", "deletecollection replicasets.apps in shop")]
    [InlineData("GET", "/api/v1/namespaces", "list namespaces")]
    [InlineData("GET", "/apis/networking.istio.io", null)]
    [InlineData("GET", "/apis/networking.istio.io/v1", null)]
    public void Of_Request_IsTheRightThatItNeeds(string method, string path, string? expected) =>
        Assert.Equal(expected, AskedRights.Of(new HttpMethod(method), new Uri(new Uri("http://127.0.0.1/"), path))?.ToString());

    [Theory]
    [InlineData("list", "", "pods", "shop", true)]
    [InlineData("list", "", "pods", null, true)]
    [InlineData("get", "", "pods", "shop", false)]
    [InlineData("list", "", "secrets", null, false)]
    [InlineData("update", "canary.dev", "rollouts/status", "shop", true)]
    [InlineData("update", "canary.dev", "rollouts", "shop", false)]
    [InlineData("update", "coordination.k8s.io", "leases", "canary-system", true)]
    [InlineData("update", "coordination.k8s.io", "leases", "shop", false)]
    [InlineData("update", "coordination.k8s.io", "leases", null, false)]
    public void Covers_Right_OnlyWhatARuleGives(string verb, string group, string resource, string? ns, bool expected) =>
        Assert.Equal(expected, RoleManifest.Read(null, "base/cluster-role.yaml", "base/role-leader-election.yaml").Covers(new Right(verb, group, resource, ns)));

    private static IEnumerable<string> Sorted(RoleManifest manifest) => manifest.Grants.Select(grant => grant.Right.ToString()).Order(StringComparer.Ordinal);
}
