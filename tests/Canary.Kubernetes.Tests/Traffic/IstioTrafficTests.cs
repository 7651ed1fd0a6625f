using System.Text.Json.Nodes;
using Canary.Core.Traffic;
using Canary.Kubernetes.Traffic;
using Xunit;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>What Core is told about routes and subsets.</summary>
public sealed class IstioTrafficTests
{
    [Fact]
    public void Observe_SubsetsPointed_TellsTheirRevisions()
    {
        var mesh = new Mesh();
        mesh.DestinationRule = TestPatch.Apply(mesh.DestinationRule!, IstioPatches.PointSubsets(mesh.Target.Arms, mesh.DestinationRule!, mesh.Service, new SubsetRevisions(new Revision("h1"), new Revision("h2"))));

        var traffic = mesh.Observe().Traffic;

        Assert.Equal(new Revision("h1"), traffic.StableSubset);
        Assert.Equal(new Revision("h2"), traffic.CandidateSubset);
    }

    [Fact]
    public void Observe_SubsetsWithoutHash_TellsNoRevision()
    {
        var traffic = new Mesh().Observe().Traffic;

        Assert.Null(traffic.StableSubset);
        Assert.Null(traffic.CandidateSubset);
    }

    [Fact]
    public void Observe_SameObjectsTwice_GivesEqualObservations() => Assert.Equal(new Mesh().Observe().Traffic, new Mesh().Observe().Traffic);

    [Fact]
    public void Observe_ClusterDomainOfItsOwn_CompletesHostsWithIt()
    {
        var mesh = new Mesh().WithSpec(
            """
            hosts: [checkout.shop.svc.corp.example]
            http:
            - name: primary
              route:
              - {destination: {host: checkout.shop.svc.corp.example, subset: stable}, weight: 100}
              - {destination: {host: checkout, subset: canary}}
            """);

        var traffic = IstioTraffic.Observe(mesh.Target with { ClusterDomain = "corp.example" }, mesh.Objects).Traffic;

        Assert.Empty(traffic.Problems);
        Assert.Single(traffic.Routes);
    }

    [Fact]
    public void Observe_UnreadableRecord_IsAsGoodAsNone() => Assert.Empty(new Mesh().And(mesh => mesh.Recorded = "{").Observe().Traffic.Problems);

    [Fact]
    public void Observe_WrittenByOthers_NamesTheLatestWhoOwnsTheRoutes()
    {
        var mesh = new Mesh();
        mesh.VirtualService["metadata"]!["managedFields"] = MeshYaml.One(
            """
            entries:
            - {manager: helm, operation: Update, time: "2026-01-02T00:00:00Z", fieldsV1: {"f:spec": {"f:http": {}}}}
            - {manager: canary, operation: Update, time: "2026-01-05T00:00:00Z", fieldsV1: {"f:spec": {"f:http": {}}}}
            - {manager: argocd-controller, operation: Apply, time: "2026-01-04T00:00:00Z", fieldsV1: {"f:spec": {"f:hosts": {}, "f:http": {}}}}
            - {manager: kubectl-label, operation: Update, time: "2026-01-06T00:00:00Z", fieldsV1: {"f:metadata": {"f:labels": {}}}}
            - {manager: tcp-writer, operation: Update, time: "2026-01-06T00:00:00Z", fieldsV1: {"f:spec": {"f:tcp": {}}}}
            """)["entries"]!.DeepClone();

        Assert.Equal("argocd-controller", mesh.Observe().Traffic.LastWriter);
    }

    [Fact]
    public void Observe_WrittenByUsOnly_NamesNobody()
    {
        var mesh = new Mesh();
        mesh.VirtualService["metadata"]!["managedFields"] = new JsonArray(MeshYaml.One("{manager: canary, operation: Update, fieldsV1: {'f:spec': {'f:http': {}}}}"));

        Assert.Null(mesh.Observe().Traffic.LastWriter);
    }

    [Theory]
    [InlineData("checkout", true)]
    [InlineData("checkout.shop.svc.cluster.local", true)]
    [InlineData("checkout.shop", false)]
    [InlineData("checkout.shop.svc", false)]
    [InlineData("checkout.other.svc.cluster.local", false)]
    [InlineData("checkout.shop.svc.cluster.local.", false)]
    [InlineData("*", false)]
    [InlineData(null, false)]
    public void IsService_Host_IsCompletedAsIstioDoes(string? host, bool expected) => Assert.Equal(expected, new Mesh().Target.Arms.IsService(host));
}
