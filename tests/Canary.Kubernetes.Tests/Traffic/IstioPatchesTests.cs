using System.Text.Json.Nodes;
using Canary.Core.Traffic;
using Canary.Kubernetes.Traffic;
using Xunit;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>The patches themselves: what they guard, and what they do when the world differs from what was read.</summary>
public sealed class IstioPatchesTests
{
    private static readonly Revision H1 = new("h1");
    private static readonly Revision H2 = new("h2");

    [Fact]
    public void SetWeight_NamedRoute_GuardsVersionNameAndBothDestinationsAsRead()
    {
        var mesh = new Mesh();

        var patch = IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, new Weight(10), false, null);

        var version = (string)mesh.VirtualService["metadata"]!["resourceVersion"]!;
        Assert.Equal(
            """
            [{"op":"test","path":"/metadata/resourceVersion","value":"VERSION"},{"op":"test","path":"/spec/http/0/name","value":"primary"},{"op":"test","path":"/spec/http/0/route/0/destination","value":{"host":"checkout","subset":"stable"}},{"op":"test","path":"/spec/http/0/route/1/destination","value":{"host":"checkout","subset":"canary"}},{"op":"add","path":"/spec/http/0/route/0/weight","value":90},{"op":"add","path":"/spec/http/0/route/1/weight","value":10}]
            """.Replace("VERSION", version, StringComparison.Ordinal),
            patch!.ToJsonString());
    }

    [Fact]
    public void SetWeight_Lower_WaitsForNobody()
    {
        var mesh = new Mesh();
        mesh.VirtualServices[0] = TestPatch.Apply(mesh.VirtualService, IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, new Weight(10), false, null));

        var patch = IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, Weight.Zero, false, null);

        Assert.DoesNotContain(patch!, operation => (string)operation!["path"]! == "/metadata/resourceVersion");
    }

    [Fact]
    public void SetWeight_RouteWithoutName_GuardsItsMatch()
    {
        var mesh = new Mesh().WithRoutes().WithSpec(
            """
            hosts: [checkout]
            tcp:
            - match: [{port: 80}]
              route:
              - {destination: {host: checkout, subset: stable}, weight: 100}
              - {destination: {host: checkout, subset: canary}}
            """);

        var patch = IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, new Weight(10), false, null);

        Assert.Equal("""{"op":"test","path":"/spec/tcp/0/match","value":[{"port":80}]}""", patch![1]!.ToJsonString());
    }

    [Fact]
    public void SetWeight_SameWeight_IsNoPatch()
    {
        var mesh = new Mesh();

        Assert.Null(IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, Weight.Zero, false, null));
    }

    [Fact]
    public void SetWeight_RouteInsertedSinceItWasRead_IsRefusedByTheGuard()
    {
        var mesh = new Mesh();
        var patch = IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, new Weight(10), false, null);
        var now = (JsonObject)mesh.VirtualService.DeepClone();
        now["spec"]!["http"]!.AsArray().Insert(0, MeshYaml.One("{name: new, route: [{destination: {host: legacy}}]}"));

        Assert.Throws<TestFailedException>(() => TestPatch.Apply(now, patch));
    }

    [Fact]
    public void SetWeight_DestinationsSwappedSinceTheyWereRead_IsRefusedByTheGuard()
    {
        var mesh = new Mesh();
        var patch = IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, new Weight(10), false, null);
        var now = (JsonObject)mesh.VirtualService.DeepClone();
        var route = now["spec"]!["http"]![0]!["route"]!.AsArray();
        var first = route[0]!;
        route.RemoveAt(0);
        route.Add(first);

        Assert.Throws<TestFailedException>(() => TestPatch.Apply(now, patch));
    }

    [Fact]
    public void SetWeight_OneRouteUnusable_StillLowersTheOthers()
    {
        var mesh = new Mesh().WithRoutes("gone", "primary").And(mesh =>
        {
            mesh.VirtualService["spec"]!["http"]![0]!["route"]![0]!["weight"] = 50;
            mesh.VirtualService["spec"]!["http"]![0]!["route"]![1]!["weight"] = 50;
        });

        var patch = IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, Weight.Zero, false, null);

        Assert.Equal(100, (int)TestPatch.Apply(mesh.VirtualService, patch)["spec"]!["http"]![0]!["route"]![0]!["weight"]!);
    }

    [Fact]
    public void PointSubsets_LabelsMissing_AddsThem()
    {
        var rule = MeshYaml.One("{spec: {host: checkout, subsets: [{name: stable}, {name: canary, labels: {app: checkout, pod-template-hash: h2}}]}}");

        var patch = IstioPatches.PointSubsets(new Mesh().Target.Arms, rule, null, new SubsetRevisions(H1, H2));

        Assert.Equal(
            """
            [{"op":"test","path":"/spec/host","value":"checkout"},{"op":"test","path":"/spec/subsets/0/name","value":"stable"},{"op":"add","path":"/spec/subsets/0/labels","value":{"pod-template-hash":"h1"}}]
            """,
            patch!.ToJsonString());
    }

    [Fact]
    public void PointSubsets_AlreadyThere_IsNoPatch()
    {
        var mesh = new Mesh();
        var pointed = TestPatch.Apply(mesh.DestinationRule!, IstioPatches.PointSubsets(mesh.Target.Arms, mesh.DestinationRule!, mesh.Service, new SubsetRevisions(H1, H2)));

        Assert.Null(IstioPatches.PointSubsets(mesh.Target.Arms, pointed, mesh.Service, new SubsetRevisions(H1, H2)));
    }

    [Fact]
    public void PointSubsets_NoSubsetsAtAll_AddsTheListAndKeepsEverythingElse()
    {
        var mesh = new Mesh();
        ((JsonObject)mesh.DestinationRule!["spec"]!).Remove("subsets");

        var after = TestPatch.Apply(mesh.DestinationRule, IstioPatches.PointSubsets(mesh.Target.Arms, mesh.DestinationRule, mesh.Service, new SubsetRevisions(H1, H2)));

        Assert.Equal(
            """[{"name":"stable","labels":{"app":"checkout","pod-template-hash":"h1"}},{"name":"canary","labels":{"app":"checkout","pod-template-hash":"h2"}}]""",
            after["spec"]!["subsets"]!.ToJsonString());
        after["spec"]!.AsObject().Remove("subsets");
        Assert.Equal(MeshYaml.Canonical(mesh.DestinationRule), MeshYaml.Canonical(after));
    }

    [Fact]
    public void PointSubsets_SubsetToAppendButObjectWrittenSince_IsRefusedByTheGuard()
    {
        var mesh = new Mesh();
        mesh.DestinationRule!["spec"]!["subsets"]!.AsArray().RemoveAt(1);
        var patch = IstioPatches.PointSubsets(mesh.Target.Arms, mesh.DestinationRule, mesh.Service, new SubsetRevisions(H1, H2));
        var now = (JsonObject)mesh.DestinationRule.DeepClone();
        now["metadata"]!["resourceVersion"] = "9";

        Assert.Throws<TestFailedException>(() => TestPatch.Apply(now, patch));
    }

    [Fact]
    public void PointSubsets_SubsetsReorderedSinceTheyWereRead_IsRefusedByTheGuard()
    {
        var mesh = new Mesh();
        var patch = IstioPatches.PointSubsets(mesh.Target.Arms, mesh.DestinationRule!, mesh.Service, new SubsetRevisions(H1, H2));
        var now = (JsonObject)mesh.DestinationRule!.DeepClone();
        now["spec"]!["subsets"]!.AsArray().Insert(0, MeshYaml.One("{name: beta, labels: {app: checkout}}"));

        Assert.Throws<TestFailedException>(() => TestPatch.Apply(now, patch));
    }

    [Fact]
    public void PointSubsets_SubsetMissingAndNoSelector_Throws()
    {
        var mesh = new Mesh();
        mesh.DestinationRule!["spec"]!["subsets"]!.AsArray().RemoveAt(1);

        var thrown = Assert.Throws<InvalidOperationException>(() => IstioPatches.PointSubsets(mesh.Target.Arms, mesh.DestinationRule, null, new SubsetRevisions(H1, H2)));

        Assert.Equal("subset 'canary' of checkout.shop.svc.cluster.local is missing and cannot be made, because Service shop/checkout has no selector to take its labels from", thrown.Message);
    }

    [Fact]
    public void CreateDestinationRule_NoneExists_IsOwnedByTheRollout()
    {
        var mesh = new Mesh();

        var rule = IstioPatches.CreateDestinationRule(mesh.Target, mesh.Service, new SubsetRevisions(H1, H1), new RolloutOwner("checkout", "u-1"), "v1beta1");

        Assert.Equal(
            MeshYaml.Canonical(MeshYaml.One(
                """
                apiVersion: networking.istio.io/v1beta1
                kind: DestinationRule
                metadata:
                  name: checkout
                  namespace: shop
                  labels: {app.kubernetes.io/managed-by: canary}
                  ownerReferences:
                  - {apiVersion: canary.dev/v1alpha1, kind: Rollout, name: checkout, uid: u-1, controller: true, blockOwnerDeletion: true}
                spec:
                  host: checkout.shop.svc.cluster.local
                  subsets:
                  - {name: stable, labels: {app: checkout, pod-template-hash: h1}}
                  - {name: canary, labels: {app: checkout, pod-template-hash: h1}}
                """)),
            MeshYaml.Canonical(rule));
        Assert.Equal([], mesh.And(mesh => mesh.DestinationRule = rule).Observe().Traffic.Problems);
    }
}
