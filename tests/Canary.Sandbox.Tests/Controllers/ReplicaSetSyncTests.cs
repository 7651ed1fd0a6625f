using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;
using Xunit;
using static Canary.Sandbox.Tests.Controllers.ClusterObjects;

namespace Canary.Sandbox.Tests.Controllers;

public sealed class ReplicaSetSyncTests
{
    [Theory]
    [InlineData("Deployment")]
    [InlineData("Rollout")]
    [InlineData(null)]
    public void Plan_PodsMissing_CreatesThemWhoeverOwnsTheReplicaSet(string? owner)
    {
        var plan = Plan(ReplicaSet("aaa", "shop/checkout:v1", 3, owner), Owned("checkout-aaa-xxxxx"));

        var created = plan.Writes.OfType<ClusterWrite.Create>().Select(write => write.Resource).ToList();
        Assert.Equal(["checkout-aaa-s1", "checkout-aaa-s2"], created.Select(pod => (string?)pod["metadata"]!["name"]));
        Assert.All(created, pod => Assert.Equal("uid-aaa", (string?)pod["metadata"]!["ownerReferences"]![0]!["uid"]));
        Assert.All(created, pod => Assert.Equal("shop/checkout:v1", (string?)pod["spec"]!["containers"]![0]!["image"]));
    }

    [Fact]
    public void Plan_TooManyPods_DeletesThoseNotReadyFirst()
    {
        var plan = Plan(ReplicaSet("aaa", "shop/checkout:v1", 1), Owned("a", ready: true), Owned("b", ready: false), Owned("c", ready: true, readySecondsAgo: 5));

        Assert.Equal(["b", "c"], plan.Writes.OfType<ClusterWrite.Delete>().Select(write => write.Name));
    }

    [Fact]
    public void Plan_LowerDeletionCost_GoesFirst()
    {
        var cheap = Owned("cheap", readySecondsAgo: 600);
        cheap["metadata"]!["annotations"] = new JsonObject { ["controller.kubernetes.io/pod-deletion-cost"] = "-5" };

        var plan = Plan(ReplicaSet("aaa", "shop/checkout:v1", 1), Owned("a"), cheap);

        Assert.Equal(["cheap"], plan.Writes.OfType<ClusterWrite.Delete>().Select(write => write.Name));
    }

    [Fact]
    public void Plan_PodOfAnother_IsNeitherCountedNorDeleted()
    {
        var plan = Plan(ReplicaSet("aaa", "shop/checkout:v1", 1), Owned("mine"), Pod("theirs", owner: "another-uid"));

        Assert.DoesNotContain(plan.Writes, write => write is ClusterWrite.Delete or ClusterWrite.Create);
    }

    [Fact]
    public void Plan_OrphanPodMatches_IsAdopted()
    {
        var plan = Plan(ReplicaSet("aaa", "shop/checkout:v1", 1), Pod("orphan"));

        var patch = Assert.Single(plan.Writes.OfType<ClusterWrite.Patch>(), patch => patch.Kind == "Pod");
        Assert.Equal("uid-aaa", (string?)patch.Body["metadata"]!["ownerReferences"]![0]!["uid"]);
        Assert.DoesNotContain(plan.Writes, write => write is ClusterWrite.Create);
    }

    [Fact]
    public void Plan_MinReadySecondsNotOver_IsReadyButNotAvailableAndLooksAgain()
    {
        var replicaSet = ReplicaSet("aaa", "shop/checkout:v1", 1);
        replicaSet["spec"]!["minReadySeconds"] = 30;

        var plan = Plan(replicaSet, Owned("a", readySecondsAgo: 10));

        var status = Assert.Single(plan.Writes.OfType<ClusterWrite.Patch>()).Body["status"]!.AsObject();
        Assert.True(status.ContainsKey("availableReplicas"));
        Assert.Null(status["availableReplicas"]);
        Assert.InRange(plan.LookAgainIn!.Value, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(21));
    }

    [Fact]
    public void Plan_PodBeingDeleted_IsReplacedAtOnce()
    {
        var going = Owned("going");
        going["metadata"]!["deletionTimestamp"] = "2026-11-23T12:00:00Z";

        var plan = Plan(ReplicaSet("aaa", "shop/checkout:v1", 1), going);

        Assert.Single(plan.Writes.OfType<ClusterWrite.Create>());
    }

    private static SyncPlan Plan(JsonObject replicaSet, params JsonObject[] pods)
    {
        var suffix = 0;
        return ReplicaSetSync.Plan(replicaSet, pods, Noon, () => $"s{++suffix}");
    }

    private static JsonObject Owned(string name, bool ready = true, int readySecondsAgo = 60) => Pod(name, ready: ready, owner: "uid-aaa", readySecondsAgo: readySecondsAgo);
}
