using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Engine.Ports;
using Canary.Kubernetes.Tests.Api;
using Xunit;

namespace Canary.Kubernetes.Tests.Store;

/// <summary>An engine that lacks a right says which, and does without where it can.</summary>
public sealed class RightsTests
{
    private const string NoTemplates = "cannot list resource \"clusteranalysistemplates\" in API group \"canary.dev\" at the cluster scope";

    [Fact]
    public async Task Ready_OneNamespaceWithoutClusterTemplates_ComesAndTheRolloutSaysWhatIsMissing()
    {
        await using var shop = new ShopHarness("shop");
        shop.Cluster.Fail("LIST clusteranalysistemplates", 403, "Forbidden", NoTemplates);

        await shop.StartAsync();

        Assert.Equal(
            """
            spec.analysis.templates[0].name: is "golden", but the engine, which works on namespace shop alone, may not list ClusterAnalysisTemplates; give the engine's service account the rule {apiGroups: ["canary.dev"], resources: ["clusteranalysistemplates"], verbs: ["list", "watch"]} in a ClusterRole, or use an AnalysisTemplate and leave clusterScope out
            """,
            Assert.Single(shop.Snapshot().Observation.MetricProblems).ToString());
        Assert.Null(shop.Store.Trouble); // it was installed so
    }

    [Fact]
    public async Task ClusterTemplates_AllowedLater_AreReadAndEveryRolloutIsLookedAt()
    {
        await using var shop = new ShopHarness("shop");
        shop.Cluster.Fail("LIST clusteranalysistemplates", 403, "Forbidden", NoTemplates);
        await shop.StartAsync();
        shop.Cluster.Remove("clusteranalysistemplates", "golden", ""); // so that no change of a template tells
        shop.Changes.Clear();

        shop.Cluster.Mend("LIST clusteranalysistemplates");
        await shop.Time.AdvanceUntilAsync(() => !shop.Changes.IsEmpty, TimeSpan.FromSeconds(1));

        Assert.Equal("is \"golden\", but there is no ClusterAnalysisTemplate golden; create it, or correct the name", Assert.Single(shop.Snapshot().Observation.MetricProblems).Message);
    }

    [Theory]
    [InlineData(null, "clusteranalysistemplates", "canary.dev")]
    [InlineData(null, "pods", "")]
    [InlineData("shop", "pods", "")]
    [InlineData("shop", "virtualservices", "networking.istio.io")]
    public async Task Ready_WithoutARightThatIsNeeded_DoesNotComeAndTheTroubleNamesIt(string? ns, string plural, string group)
    {
        await using var shop = new ShopHarness(ns);
        shop.Cluster.Fail($"LIST {plural}", 403, "Forbidden", $"cannot list resource \"{plural}\" in API group \"{group}\" at the cluster scope");

        await shop.Caches.StartAsync(ShopHarness.Cancellation);
        await Eventually.HoldsAsync(() => shop.Store.Trouble is not null);

        Assert.Contains($"the rule {{apiGroups: [\"{group}\"], resources: [\"{plural}\"], verbs: [\"list\", \"watch\"]}}", shop.Store.Trouble, StringComparison.Ordinal);
        Assert.False(shop.Store.Ready.IsCompleted);

        shop.Cluster.Mend($"LIST {plural}");
        await shop.Time.AdvanceUntilAsync(() => shop.Store.Ready.IsCompletedSuccessfully, TimeSpan.FromSeconds(1));
        Assert.Null(shop.Store.Trouble);
    }

    [Theory]
    [InlineData("PATCH deployments/checkout", "patch", "deployments", "apps")]
    [InlineData("GET deployments/checkout", "get", "deployments", "apps")]
    public async Task Effect_WithoutTheRight_IsNewsForPeople(string request, string verb, string resource, string group)
    {
        await using var shop = new ShopHarness();
        await shop.StartAsync();
        shop.Cluster.Fail(request, 403, "Forbidden", $"cannot {verb} resource \"{resource}\" in API group \"{group}\" in the namespace \"shop\"");

        var failure = await shop.FailsAsync(new Effect.SetPaused(false));

        Assert.Equal(
            new Announcement("MissingRight", $"the engine may not {verb} {resource}.{group}; give the engine's service account the rule {{apiGroups: [\"{group}\"], resources: [\"{resource}\"], verbs: [\"{verb}\"]}} in a ClusterRole, or in a Role of namespace shop", Warning: true),
            failure.News);
    }

    [Fact]
    public async Task StoreStatus_WithoutTheRight_FailsAndTheTroubleNamesIt()
    {
        await using var shop = new ShopHarness();
        await shop.StartAsync();
        shop.Cluster.Fail("PUT rollouts/checkout/status", 403, "Forbidden", "cannot update resource \"rollouts/status\" in API group \"canary.dev\" in the namespace \"shop\"");

        Assert.Equal(StoreResult.Failed, await shop.Store.StoreStatusAsync(shop.Snapshot(), RolloutStatus.Initial with { Message = "x" }, ShopHarness.Cancellation));
        Assert.Contains("""the rule {apiGroups: ["canary.dev"], resources: ["rollouts/status"], verbs: ["update"]}""", shop.Store.Trouble, StringComparison.Ordinal);

        shop.Cluster.Mend("PUT rollouts/checkout/status");
        Assert.Equal(StoreResult.Stored, await shop.Store.StoreStatusAsync(shop.Snapshot(), RolloutStatus.Initial with { Message = "x" }, ShopHarness.Cancellation));
        Assert.Null(shop.Store.Trouble);
    }

    [Fact]
    public async Task EffectOnRoutes_WithoutTheRight_IsNewsForPeople()
    {
        await using var shop = new ShopHarness();
        await shop.StartAsync();
        shop.Cluster.Fail("PATCH virtualservices/checkout", 403, "Forbidden", "cannot patch resource \"virtualservices\" in API group \"networking.istio.io\" in the namespace \"shop\"");

        var failure = await shop.FailsAsync(new Effect.SetWeight(new Weight(5), Lowers: false));

        Assert.StartsWith("VirtualService shop/checkout could not be patched: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal("MissingRight", failure.News?.Reason);
    }

    [Fact]
    public async Task Effect_RefusedByAdmission_IsNoNews()
    {
        await using var shop = new ShopHarness();
        await shop.StartAsync();
        shop.Cluster.Fail("PATCH deployments/checkout", 403, "Forbidden");

        Assert.Null((await shop.FailsAsync(new Effect.SetPaused(false))).News);
    }
}
