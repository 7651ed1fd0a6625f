using System.Text.Json.Nodes;
using Canary.Core.Traffic;
using Canary.Kubernetes.Traffic;
using Xunit;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>A release puts back exactly what was taken, and leaves what others changed meanwhile.</summary>
public sealed class IstioRestorationTests
{
    private static readonly Revision H1 = new("h1");
    private static readonly Revision H2 = new("h2");

    [Fact]
    public void RestoreWeights_RoutesReorderedMeanwhile_FindsTheRouteByName()
    {
        var mesh = new Mesh();
        ((JsonObject)mesh.VirtualService["spec"]!["http"]![0]!["route"]![1]!).Remove("weight");
        var snapshot = Snapshot(mesh);
        var now = Weighted(mesh, 30);
        now["spec"]!["http"]!.AsArray().Insert(0, MeshYaml.One("{name: new, match: [{uri: {prefix: /new}}], route: [{destination: {host: legacy}}]}"));

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreWeights(snapshot, now));

        Assert.Equal(100, (int)restored["spec"]!["http"]![1]!["route"]![0]!["weight"]!);
        Assert.Null(restored["spec"]!["http"]![1]!["route"]![1]!["weight"]);
        Assert.Equal("new", (string)restored["spec"]!["http"]![0]!["name"]!);
    }

    [Fact]
    public void RestoreWeights_OwnerChangedTheSumMeanwhile_LeavesTheOwnersWeights()
    {
        var mesh = new Mesh();
        var snapshot = Snapshot(mesh);
        var now = Weighted(mesh, 30);
        now["spec"]!["http"]![0]!["route"]![0]!["weight"] = 1000;

        Assert.Null(IstioRestoration.RestoreWeights(snapshot, now));
    }

    [Fact]
    public void RestoreWeights_RouteOrArmGone_LeavesTheRest()
    {
        var mesh = new Mesh();
        var snapshot = Snapshot(mesh);
        var now = Weighted(mesh, 30);
        now["spec"]!["http"]![0]!["route"]!.AsArray().RemoveAt(1);

        Assert.Null(IstioRestoration.RestoreWeights(snapshot, now));
    }

    [Fact]
    public void RestoreWeights_OwnersOtherEdits_Survive()
    {
        var mesh = new Mesh();
        var snapshot = Snapshot(mesh);
        var now = Weighted(mesh, 30);
        now["spec"]!["http"]![0]!["timeout"] = "3s";
        now["spec"]!["http"]![0]!["route"]![0]!["headers"] = MeshYaml.One("request: {set: {x-a: b}}");
        var expected = (JsonObject)now.DeepClone();
        expected["spec"]!["http"]![0]!["route"]![0]!["weight"] = 100;
        expected["spec"]!["http"]![0]!["route"]![1]!["weight"] = 0;

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreWeights(snapshot, now));

        Assert.Equal(MeshYaml.Canonical(expected), MeshYaml.Canonical(restored));
    }

    [Fact]
    public void RestoreSubsets_HashFoundBefore_IsPutBack()
    {
        var mesh = new Mesh();
        mesh.DestinationRule!["spec"]!["subsets"]![0]!["labels"]!["pod-template-hash"] = "old";
        var snapshot = Snapshot(mesh);
        var now = Pointed(mesh);

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreSubsets(snapshot, now, [mesh.VirtualService], null).Patch);

        Assert.Equal(MeshYaml.Canonical(mesh.DestinationRule), MeshYaml.Canonical(restored));
    }

    [Fact]
    public void RestoreSubsets_HashThatIsNotOurs_IsLeft()
    {
        var mesh = new Mesh();
        var snapshot = Snapshot(mesh);
        var now = Pointed(mesh);
        now["spec"]!["subsets"]![1]!["labels"]!["pod-template-hash"] = "theirs";

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreSubsets(snapshot, now, [mesh.VirtualService], [H1, H2]).Patch);

        Assert.Equal("theirs", (string)restored["spec"]!["subsets"]![1]!["labels"]!["pod-template-hash"]!);
        Assert.Null(restored["spec"]!["subsets"]![0]!["labels"]!["pod-template-hash"]);
    }

    [Fact]
    public void RestoreSubsets_LabelsWereAbsentAndOwnerAddedOne_KeepsTheOwnersLabel()
    {
        var mesh = new Mesh();
        ((JsonObject)mesh.DestinationRule!["spec"]!["subsets"]![0]!).Remove("labels");
        var snapshot = Snapshot(mesh);
        var now = Pointed(mesh);
        now["spec"]!["subsets"]![0]!["labels"]!["app"] = "checkout";

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreSubsets(snapshot, now, [mesh.VirtualService], null).Patch);

        Assert.Equal("""{"app":"checkout"}""", restored["spec"]!["subsets"]![0]!["labels"]!.ToJsonString());
    }

    [Fact]
    public void RestoreSubsets_SubsetOfOursThatARouteSendsTo_StaysAndSelectsEveryPod()
    {
        var mesh = new Mesh();
        mesh.DestinationRule!["spec"]!["subsets"]!.AsArray().RemoveAt(0);
        var snapshot = Snapshot(mesh);
        var now = Pointed(mesh);

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreSubsets(snapshot, now, [mesh.VirtualService], null).Patch);

        Assert.Equal(
            """[{"name":"canary","labels":{"app":"checkout"}},{"name":"stable","labels":{"app":"checkout"}}]""", restored["spec"]!["subsets"]!.ToJsonString());
    }

    [Fact]
    public void RestoreSubsets_SubsetOfOursThatARouteMirrorsTo_Stays()
    {
        var mesh = new Mesh();
        mesh.DestinationRule!["spec"]!["subsets"]!.AsArray().RemoveAt(1);
        var snapshot = Snapshot(mesh);
        var now = Pointed(mesh);
        mesh.VirtualService["spec"]!["http"]![0]!["mirrors"] = new JsonArray(MeshYaml.One("destination: {host: checkout, subset: canary}"));

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreSubsets(snapshot, now, [mesh.VirtualService], null).Patch);

        Assert.Equal(2, restored["spec"]!["subsets"]!.AsArray().Count);
    }

    [Fact]
    public void RestoreSubsets_SubsetOfOursThatItsOwnerExtended_KeepsTheExtension()
    {
        var mesh = new Mesh();
        mesh.DestinationRule!["spec"]!["subsets"]!.AsArray().RemoveAt(1);
        var snapshot = Snapshot(mesh);
        var now = Pointed(mesh);
        now["spec"]!["subsets"]![1]!["trafficPolicy"] = MeshYaml.One("loadBalancer: {simple: RANDOM}");

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreSubsets(snapshot, now, [mesh.VirtualService], null).Patch);

        Assert.Equal(
            """{"name":"canary","labels":{"app":"checkout"},"trafficPolicy":{"loadBalancer":{"simple":"RANDOM"}}}""", restored["spec"]!["subsets"]![1]!.ToJsonString());
    }

    [Fact]
    public void RestoreSubsets_RuleOfOursThatNobodyNeeds_IsDeleted()
    {
        var (snapshot, rule, _) = Created();

        Assert.Equal(new RuleRestoration(null, true), IstioRestoration.RestoreSubsets(snapshot, rule, [], null));
    }

    [Fact]
    public void RestoreSubsets_RuleOfOursThatRoutesNeed_OutlivesTheRollout()
    {
        var (snapshot, rule, mesh) = Created();

        var restoration = IstioRestoration.RestoreSubsets(snapshot, rule, [mesh.VirtualService], null);
        var restored = TestPatch.Apply(rule, restoration.Patch);

        Assert.False(restoration.Delete);
        Assert.Empty(restored["metadata"]!["ownerReferences"]!.AsArray());
        Assert.Equal("{}", restored["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("""[{"name":"stable","labels":{"app":"checkout"}},{"name":"canary","labels":{"app":"checkout"}}]""", restored["spec"]!["subsets"]!.ToJsonString());
        Assert.Null(IstioRestoration.RestoreSubsets(snapshot, restored, [mesh.VirtualService], null).Patch);
    }

    [Fact]
    public void RestoreSubsets_RuleOfOursThatItsUserExtended_IsNotDeleted()
    {
        var (snapshot, rule, _) = Created();
        rule["spec"]!["trafficPolicy"] = MeshYaml.One("loadBalancer: {simple: RANDOM}");

        var restoration = IstioRestoration.RestoreSubsets(snapshot, rule, [], null);

        Assert.False(restoration.Delete);
        Assert.NotNull(TestPatch.Apply(rule, restoration.Patch)["spec"]!["trafficPolicy"]);
    }

    [Fact]
    public void RestoreSubsets_RuleGivenToAnotherHostMeanwhile_IsLeft()
    {
        var mesh = new Mesh();
        var snapshot = Snapshot(mesh);
        var now = Pointed(mesh);
        now["spec"]!["host"] = "legacy";

        Assert.Equal(RuleRestoration.None, IstioRestoration.RestoreSubsets(snapshot, now, [mesh.VirtualService], null));
    }

    [Fact]
    public void Read_WhatWriteWrote_IsTheSame()
    {
        var snapshot = Snapshot(new Mesh());

        Assert.Equal(snapshot, TrafficSnapshot.Read(snapshot.Write()));
    }

    [Theory]
    [InlineData("{", "the traffic snapshot is not JSON")]
    [InlineData("{}", "the traffic snapshot has format (none); this version of the engine reads format 1")]
    [InlineData("""{"format":1,"stable":{"name":"s"},"candidate":{"name":"c"},"namespace":"n"}""", "the traffic snapshot lacks 'service'")]
    public void Read_SomethingElse_SaysWhatIsWrong(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => TrafficSnapshot.Read(text)).Message, StringComparison.Ordinal);

    private static TrafficSnapshot Snapshot(Mesh mesh) => TrafficSnapshot.Read(mesh.Observe().Traffic.Snapshot!);

    private static JsonObject Weighted(Mesh mesh, int percent) =>
        TestPatch.Apply(mesh.VirtualService, IstioPatches.SetWeight(mesh.Target, mesh.References[0], mesh.VirtualService, new Weight(percent), false, null));

    private static JsonObject Pointed(Mesh mesh) =>
        TestPatch.Apply(mesh.DestinationRule!, IstioPatches.PointSubsets(mesh.Target.Arms, mesh.DestinationRule!, mesh.Service, new SubsetRevisions(H1, H2)));

    private static (TrafficSnapshot Snapshot, JsonObject Rule, Mesh Mesh) Created()
    {
        var mesh = new Mesh().And(mesh => mesh.DestinationRule = null);
        var snapshot = Snapshot(mesh);
        return (snapshot, IstioPatches.CreateDestinationRule(mesh.Target, mesh.Service, new SubsetRevisions(H1, H2), new RolloutOwner("checkout", "u-1"), "v1"), mesh);
    }
}
