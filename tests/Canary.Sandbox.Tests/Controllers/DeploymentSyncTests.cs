using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;
using Xunit;
using static Canary.Sandbox.Tests.Controllers.ClusterObjects;

namespace Canary.Sandbox.Tests.Controllers;

/// <summary>The behaviour of kube-controller-manager that the hand-over rests on, one row per fact.</summary>
public sealed class DeploymentSyncTests
{
    [Fact]
    public void Plan_PausedTemplateChanged_CreatesNothing()
    {
        var plan = Plan(Deployment("shop/checkout:v2", 3), ReplicaSet("aaa", "shop/checkout:v1", 3, desired: 3));

        Assert.DoesNotContain(plan.Writes, write => write is ClusterWrite.Create);
        Assert.Empty(Scales(plan));
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(5, 2)]
    [InlineData(3, 0)]
    public void Plan_PausedReplicasChanged_ScalesTheOnlyActiveReplicaSet(int before, int after)
    {
        var plan = Plan(Deployment("shop/checkout:v2", after), ReplicaSet("aaa", "shop/checkout:v1", before, desired: before), ReplicaSet("old", "shop/checkout:v0", 0));

        Assert.Equal([("checkout-aaa", after)], Scales(plan));
        Assert.Equal($"{after}", Annotations(plan, "checkout-aaa")["deployment.kubernetes.io/desired-replicas"]);
    }

    [Fact]
    public void Plan_CandidateOwnedByRollout_IsIgnored()
    {
        var plan = Plan(
            Deployment("shop/checkout:v2", 3), ReplicaSet("aaa", "shop/checkout:v1", 3, desired: 3), ReplicaSet("bbb", "shop/checkout:v2", 2, owner: "Rollout", revision: 0));

        Assert.All(plan.Writes.OfType<ClusterWrite.Patch>(), patch => Assert.Equal("Deployment", patch.Kind));
        Assert.Equal(3, Status(plan)["replicas"]!.GetValue<int>());
    }

    [Fact]
    public void Plan_PausedNoActiveReplicaSet_ScalesUpTheNewestOldOne()
    {
        var plan = Plan(Deployment("shop/checkout:v3", 2), ReplicaSet("old", "shop/checkout:v1", 0, ageMinutes: 30), ReplicaSet("new", "shop/checkout:v2", 0, ageMinutes: 5));

        Assert.Equal([("checkout-new", 2)], Scales(plan));
    }

    [Fact]
    public void Plan_PausedNoActiveReplicaSet_PrefersTheOneThatEqualsTheTemplate()
    {
        var plan = Plan(Deployment("shop/checkout:v1", 2), ReplicaSet("old", "shop/checkout:v1", 0, ageMinutes: 30), ReplicaSet("new", "shop/checkout:v2", 0, ageMinutes: 5));

        Assert.Equal([("checkout-old", 2)], Scales(plan));
    }

    [Fact]
    public void Plan_HandedOverAndSaturated_ScalesOldToZeroWhilePaused()
    {
        var plan = Plan(Deployment("shop/checkout:v2", 3), ReplicaSet("aaa", "shop/checkout:v1", 3, desired: 3), ReplicaSet("bbb", "shop/checkout:v2", 3, revision: 0, desired: 3));

        Assert.Equal([("checkout-aaa", 0)], Scales(plan));
    }

    [Fact]
    public void Plan_HandedOver_RecordsTheRevisionWhilePaused()
    {
        var plan = Plan(Deployment("shop/checkout:v2", 3), ReplicaSet("aaa", "shop/checkout:v1", 3, revision: 4, desired: 3), ReplicaSet("bbb", "shop/checkout:v2", 3, revision: 0, desired: 3));

        Assert.Equal("5", Annotations(plan, "checkout-bbb")["deployment.kubernetes.io/revision"]);
        Assert.Equal("5", Annotations(plan, "checkout")["deployment.kubernetes.io/revision"]);
    }

    [Fact]
    public void Plan_HandedOverWithoutAnnotation_IsNotSaturated()
    {
        var plan = Plan(Deployment("shop/checkout:v2", 4), ReplicaSet("aaa", "shop/checkout:v1", 4, desired: 4), ReplicaSet("bbb", "shop/checkout:v2", 4, revision: 0));

        // allowed are 5, there are 8: both shrink, the larger first, and none goes to 0
        Assert.DoesNotContain(Scales(plan), scale => scale.Replicas == 0);
        Assert.Equal(5, Sizes(plan, ("checkout-aaa", 4), ("checkout-bbb", 4)).Sum());
    }

    [Fact]
    public void Plan_HandOverRacesWithScaling_ScalesBothInProportion()
    {
        // handed over for 4 replicas, the Deployment meanwhile asks for 8: 10 with surge, shared half and half
        var plan = Plan(Deployment("shop/checkout:v2", 8), ReplicaSet("aaa", "shop/checkout:v1", 4, desired: 4), ReplicaSet("bbb", "shop/checkout:v2", 4, revision: 2, desired: 4));

        Assert.Equal(10, Sizes(plan, ("checkout-aaa", 4), ("checkout-bbb", 4)).Sum());
        Assert.All(Scales(plan), scale => Assert.True(scale.Replicas > 4));
        Assert.Equal("8", Annotations(plan, "checkout-bbb")["deployment.kubernetes.io/desired-replicas"]);
    }

    [Theory]
    [InlineData("25%", 10, 4, 1)] // the newer ReplicaSet is the largest: all that is too much is its
    [InlineData("0", 10, 4, 0)]
    [InlineData("100%", 10, 4, 4)]
    [InlineData("100%", 3, 2, 2)]
    [InlineData("100%", 3, 9, 9)]
    public void Plan_HandOverAfterTheOldOneWasResized_SharesWhatTheSurgeAllows(string surge, int before, int after, int left)
    {
        var deployment = Deployment("shop/checkout:v2", after);
        deployment["spec"]!["strategy"] = new JsonObject { ["rollingUpdate"] = new JsonObject { ["maxSurge"] = int.TryParse(surge, out var pods) ? pods : surge } };
        int Most(int replicas) => replicas + (int)Math.Ceiling(int.Parse(surge.TrimEnd('%'), CultureInfo.InvariantCulture) * replicas / 100.0);

        var plan = Plan(
            deployment,
            Marked(ReplicaSet("aaa", "shop/checkout:v1", after, desired: after), Most(after)),
            Marked(ReplicaSet("bbb", "shop/checkout:v2", before, revision: 2, desired: before), Most(before)));

        Assert.Equal(left, Sizes(plan, ("checkout-bbb", before)).Single());
    }

    [Fact]
    public void Plan_MarkedAtNoReplicas_MeasuresTheShareAgainstWhatRuns()
    {
        var deployment = Deployment("shop/checkout:v2", 8);
        deployment["status"] = new JsonObject { ["replicas"] = 8 };

        var plan = Plan(deployment, Marked(ReplicaSet("aaa", "shop/checkout:v1", 4, desired: 4), 0), ReplicaSet("bbb", "shop/checkout:v2", 4, revision: 2));

        // 10 of 8: one more each, and nothing is left over
        Assert.Equal([5, 5], Sizes(plan, ("checkout-aaa", 4), ("checkout-bbb", 4)));
    }

    [Fact]
    public void Plan_RacedReplicaSetSetToFullSize_SaturatesAndOldGoes()
    {
        var plan = Plan(Deployment("shop/checkout:v2", 8), ReplicaSet("aaa", "shop/checkout:v1", 5, desired: 8), ReplicaSet("bbb", "shop/checkout:v2", 8, revision: 2, desired: 8));

        Assert.Equal([("checkout-aaa", 0)], Scales(plan));
    }

    [Fact]
    public void Plan_CheckedOutByRollout_LeavesItAlone()
    {
        // the old revision, now the Rollout's, scales up beside the stable one
        var plan = Plan(Deployment("shop/checkout:v1", 3), ReplicaSet("aaa", "shop/checkout:v1", 2, owner: "Rollout", revision: 1), ReplicaSet("bbb", "shop/checkout:v2", 3, revision: 2, desired: 3));

        Assert.Empty(Scales(plan));
    }

    [Fact]
    public void Plan_ReturningRevision_KeepsItsNumbersInTheHistory()
    {
        var plan = Plan(Deployment("shop/checkout:v1", 3), ReplicaSet("aaa", "shop/checkout:v1", 3, revision: 1, desired: 3), ReplicaSet("bbb", "shop/checkout:v2", 3, revision: 2, desired: 3));

        Assert.Equal("3", Annotations(plan, "checkout-aaa")["deployment.kubernetes.io/revision"]);
        Assert.Equal("1", Annotations(plan, "checkout-aaa")["deployment.kubernetes.io/revision-history"]);
    }

    [Fact]
    public void Plan_OrphanMatches_IsAdoptedAndNothingElseHappens()
    {
        var plan = Plan(Deployment("shop/checkout:v1", 3), ReplicaSet("aaa", "shop/checkout:v1", 3, owner: null));

        var patch = Assert.IsType<ClusterWrite.Patch>(Assert.Single(plan.Writes));
        Assert.Equal("deployment-uid", patch.Body["metadata"]!["ownerReferences"]![0]!["uid"]!.GetValue<string>());
    }

    [Fact]
    public void Plan_Unpaused_CreatesTheNewReplicaSetWithinTheSurge()
    {
        var plan = Plan(Deployment("shop/checkout:v2", 4, paused: false), ReplicaSet("aaa", "shop/checkout:v1", 4, desired: 4));

        var created = Assert.Single(plan.Writes.OfType<ClusterWrite.Create>()).Resource;
        Assert.Equal(1, created["spec"]!["replicas"]!.GetValue<int>());
        Assert.Equal("deployment-uid", created["metadata"]!["ownerReferences"]![0]!["uid"]!.GetValue<string>());
        var hash = created["metadata"]!["labels"]!["pod-template-hash"]!.GetValue<string>();
        Assert.Equal($"checkout-{hash}", created["metadata"]!["name"]!.GetValue<string>());
        Assert.Equal(hash, created["spec"]!["selector"]!["matchLabels"]!["pod-template-hash"]!.GetValue<string>());
        Assert.Equal("2", created["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]!.GetValue<string>());
    }

    [Fact]
    public void Plan_UnpausedAfterHandOver_ChangesNothing()
    {
        var plan = Plan(Deployment("shop/checkout:v2", 3, paused: false), ReplicaSet("aaa", "shop/checkout:v1", 0, desired: 3), ReplicaSet("bbb", "shop/checkout:v2", 3, revision: 2, desired: 3));

        Assert.DoesNotContain(plan.Writes, write => write is ClusterWrite.Create);
        Assert.Empty(Scales(plan));
    }

    [Fact]
    public void Plan_NameTaken_CountsTheCollisionInsteadOfCreating()
    {
        var deployment = Deployment("shop/checkout:v2", 3, paused: false);
        var name = PodTemplate.Hash(deployment["spec"]!["template"], 0);
        var plan = Plan(deployment, ReplicaSet("aaa", "shop/checkout:v1", 3, desired: 3), ReplicaSet(name, "shop/checkout:v9", 1, owner: "Rollout"));

        Assert.DoesNotContain(plan.Writes, write => write is ClusterWrite.Create);
        Assert.Equal(1, Status(plan)["collisionCount"]!.GetValue<int>());
    }

    [Fact]
    public void Plan_Recreate_CreatesOnlyWhenOldPodsAreGone()
    {
        var deployment = Deployment("shop/checkout:v2", 3, paused: false);
        deployment["spec"]!["strategy"] = new JsonObject { ["type"] = "Recreate" };

        var first = Plan(deployment, ReplicaSet("aaa", "shop/checkout:v1", 3, desired: 3));
        var second = DeploymentSync.Plan(deployment, [ReplicaSet("aaa", "shop/checkout:v1", 0, desired: 3)], [Pod("p", owner: "uid-aaa")], Noon);
        var third = DeploymentSync.Plan(deployment, [ReplicaSet("aaa", "shop/checkout:v1", 0, desired: 3)], [], Noon);

        Assert.Equal([("checkout-aaa", 0)], Scales(first));
        Assert.DoesNotContain(second.Writes, write => write is ClusterWrite.Create);
        Assert.Equal(3, Assert.Single(third.Writes.OfType<ClusterWrite.Create>()).Resource["spec"]!["replicas"]!.GetValue<int>());
    }

    [Fact]
    public void Plan_MoreHistoryThanTheLimit_DeletesTheOldestEmptyReplicaSets()
    {
        var deployment = Deployment("shop/checkout:v9", 1);
        deployment["spec"]!["revisionHistoryLimit"] = 1;
        var plan = Plan(
            deployment, ReplicaSet("a", "i:1", 0, revision: 1), ReplicaSet("b", "i:2", 0, revision: 2), ReplicaSet("c", "shop/checkout:v9", 1, revision: 3, desired: 1));

        Assert.Equal(["checkout-a"], plan.Writes.OfType<ClusterWrite.Delete>().Select(delete => delete.Name));
    }

    [Theory]
    [InlineData(true, "DeploymentPaused")]
    [InlineData(false, "NewReplicaSetAvailable")]
    public void Plan_Status_SaysWhyItProgressesOrNot(bool paused, string reason)
    {
        var deployment = Deployment("shop/checkout:v1", 2, paused);

        var status = Status(Plan(deployment, ReplicaSet("aaa", "shop/checkout:v1", 2, desired: 2)));

        Assert.Equal(reason, Condition(status, "Progressing")["reason"]!.GetValue<string>());
        Assert.Equal("True", Condition(status, "Available")["status"]!.GetValue<string>());
        Assert.Equal(3, status["observedGeneration"]!.GetValue<long>());
    }

    [Fact]
    public void Plan_NoProgressWithinTheDeadline_SaysSo()
    {
        var deployment = Deployment("shop/checkout:v2", 1, paused: false);
        deployment["spec"]!["progressDeadlineSeconds"] = 60;
        deployment["status"] = Parse("""
            {"observedGeneration": 3, "replicas": 1, "updatedReplicas": 1, "unavailableReplicas": 1,
             "conditions": [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "lastUpdateTime": "2026-11-23T11:58:00Z", "lastTransitionTime": "2026-11-23T11:58:00Z"}]}
            """);
        var stuck = ReplicaSet("bbb", "shop/checkout:v2", 1, desired: 1);
        stuck["status"] = Parse("""{"replicas": 1, "observedGeneration": 1}""");

        var status = Status(Plan(deployment, stuck));

        Assert.Equal("ProgressDeadlineExceeded", Condition(status, "Progressing")["reason"]!.GetValue<string>());
    }

    [Fact]
    public void Plan_AppliedToItsOwnOutcome_AsksForNothingMore()
    {
        var deployment = Deployment("shop/checkout:v1", 2);
        var replicaSet = ReplicaSet("aaa", "shop/checkout:v1", 2, desired: 2);
        foreach (var write in Plan(deployment, replicaSet).Writes.OfType<ClusterWrite.Patch>())
        {
            Merge(write.Kind == "Deployment" ? deployment : replicaSet, write.Body);
        }

        Assert.Empty(Plan(deployment, replicaSet).Writes);
    }

    private static SyncPlan Plan(JsonObject deployment, params JsonObject[] replicaSets) => DeploymentSync.Plan(deployment, replicaSets, [], Noon);

    private static List<(string Name, int Replicas)> Scales(SyncPlan plan) =>
        [.. plan.Writes.OfType<ClusterWrite.Patch>().Where(patch => patch.Kind == "ReplicaSet" && patch.Body["spec"]?["replicas"] is not null)
            .Select(patch => (patch.Name, patch.Body["spec"]!["replicas"]!.GetValue<int>()))];

    private static JsonObject Marked(JsonObject replicaSet, int most)
    {
        replicaSet["metadata"]!["annotations"]!["deployment.kubernetes.io/max-replicas"] = most.ToString(CultureInfo.InvariantCulture);
        return replicaSet;
    }

    private static IEnumerable<int> Sizes(SyncPlan plan, params (string Name, int Replicas)[] before) =>
        before.Select(item => Scales(plan).Where(scale => scale.Name == item.Name).Select(scale => (int?)scale.Replicas).FirstOrDefault() ?? item.Replicas);

    private static Dictionary<string, string> Annotations(SyncPlan plan, string name) =>
        plan.Writes.OfType<ClusterWrite.Patch>().Where(patch => patch.Name == name && patch.Body["metadata"]?["annotations"] is not null)
            .SelectMany(patch => (JsonObject)patch.Body["metadata"]!["annotations"]!).ToDictionary(entry => entry.Key, entry => entry.Value!.GetValue<string>());

    private static JsonNode Status(SyncPlan plan) => plan.Writes.OfType<ClusterWrite.Patch>().Single(patch => patch is { Kind: "Deployment", Subresource: "status" }).Body["status"]!;

    private static JsonNode Condition(JsonNode status, string type) => ((JsonArray)status["conditions"]!).Single(condition => condition!["type"]!.GetValue<string>() == type)!;

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (field, value) in patch)
        {
            if (value is JsonObject inner)
            {
                Merge(target[field] as JsonObject ?? (JsonObject)(target[field] = new JsonObject()), inner);
            }
            else if (value is null)
            {
                target.Remove(field);
            }
            else
            {
                target[field] = value.DeepClone();
            }
        }
    }
}
