using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Json;
using Xunit;

namespace Canary.Kubernetes.Tests.Store;

public sealed class KubernetesEffectApplierTests : IAsyncDisposable
{
    private readonly ShopHarness _shop = new();

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task CreateReplicaSet_NewTemplate_IsTheDeploymentsTemplateWithItsHash()
    {
        var revision = await NewTemplateAsync();

        await _shop.ApplyAsync(new Effect.CreateReplicaSet(revision, 1));

        var created = _shop.Cluster.Find("replicasets", $"checkout-{revision}")!;
        var deployment = _shop.Cluster.Find("deployments", "checkout")!;
        Assert.True(TemplateHash.SameTemplate(deployment["spec"]!["template"]!.AsObject(), created["spec"]!["template"]!.AsObject()));
        Assert.Equal(revision.Hash, (string?)created["spec"]!["template"]!["metadata"]!["labels"]!["pod-template-hash"]);
        Assert.Equal(revision.Hash, (string?)created["spec"]!["selector"]!["matchLabels"]!["pod-template-hash"]);
        Assert.Equal("checkout", (string?)created["spec"]!["selector"]!["matchLabels"]!["app"]);
        Assert.Equal(3, (int)created["spec"]!["minReadySeconds"]!);
        Assert.Equal("checkout", (string?)created["metadata"]!["annotations"]!["canary.dev/revision-of"]);
        Assert.Equal(("Rollout", "uid-Rollout-checkout"), OwnerOf(created));
        Assert.Equal(new Revision(revision.Hash), _shop.Snapshot().Observation.Deployment!.Template);
        Assert.Equal(Owner.Rollout, _shop.Snapshot().Observation.ReplicaSetOf(revision)?.Owner);
    }

    [Fact]
    public async Task CreateReplicaSet_Twice_IsFineWhenItIsOurs()
    {
        var revision = await NewTemplateAsync();
        await _shop.ApplyAsync(new Effect.CreateReplicaSet(revision, 1));

        await _shop.ApplyAsync(new Effect.CreateReplicaSet(revision, 1));

        Assert.Equal(2, _shop.Cluster.Writes.Count(write => write.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task CreateReplicaSet_NameTakenByAnother_Fails()
    {
        var revision = await NewTemplateAsync();
        _shop.Put(_shop.ReplicaSet($"checkout-{revision}", revision.Hash, "Deployment", "somebody", 1));

        var failure = await _shop.FailsAsync(new Effect.CreateReplicaSet(revision, 1));

        Assert.Contains("exists already and belongs to Deployment checkout", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.RetryAfter);
    }

    [Fact]
    public async Task CreateReplicaSet_TemplateChangedMeanwhile_LooksAgainAtOnce()
    {
        await _shop.StartAsync();

        var failure = await _shop.FailsAsync(new Effect.CreateReplicaSet(new Revision("h9"), 1));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.Empty(_shop.Cluster.Writes);
    }

    [Fact]
    public async Task CreateBaseline_StableReplicaSet_IsItsTemplateUnderAHashOfItsOwn()
    {
        await _shop.StartAsync();
        var template = _shop.Snapshot().Observation.Deployment!.Template;

        await _shop.ApplyAsync(new Effect.CreateBaseline("checkout-h1-b1", new Revision("h1-b1"), "checkout-h1", 2));

        var created = _shop.Cluster.Find("replicasets", "checkout-h1-b1")!;
        var stable = _shop.Cluster.Find("replicasets", "checkout-h1")!;
        Assert.True(TemplateHash.SameTemplate(stable["spec"]!["template"]!.AsObject(), created["spec"]!["template"]!.AsObject()));
        Assert.Equal("""{"app":"checkout","pod-template-hash":"h1-b1"}""", created["spec"]!["template"]!["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("""{"matchLabels":{"app":"checkout","pod-template-hash":"h1-b1"}}""", created["spec"]!["selector"]!.ToJsonString());
        Assert.Equal("""{"canary.dev/baseline-of":"h1"}""", created["metadata"]!["annotations"]!.ToJsonString());
        Assert.Equal(("Rollout", "uid-Rollout-checkout"), OwnerOf(created));
        Assert.Equal(2, (int)created["spec"]!["replicas"]!);
        var observed = _shop.Snapshot().Observation;
        Assert.True(observed.ReplicaSetOf(new Revision("h1-b1")) is { IsBaseline: true, Owner: Owner.Rollout, HistoryRevision: null });
        Assert.False(observed.ReplicaSetOf(new Revision("h1"))!.IsBaseline);
        Assert.Equal(template, observed.Deployment!.Template);
    }

    [Fact]
    public async Task CreateBaseline_Twice_IsFineWhenItIsOurs()
    {
        await _shop.StartAsync();
        await _shop.ApplyAsync(new Effect.CreateBaseline("checkout-h1-b1", new Revision("h1-b1"), "checkout-h1", 2));

        await _shop.ApplyAsync(new Effect.CreateBaseline("checkout-h1-b1", new Revision("h1-b1"), "checkout-h1", 2));

        Assert.Equal("uid-Rollout-checkout", OwnerOf(_shop.Cluster.Find("replicasets", "checkout-h1-b1")!).Uid);
    }

    [Fact]
    public async Task CreateBaseline_StableReplicaSetGoneOrNameTaken_Fails()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h1-b1", "h1-b1", "Rollout", "somebody", 1));
        await _shop.StartAsync();

        var taken = await _shop.FailsAsync(new Effect.CreateBaseline("checkout-h1-b1", new Revision("h1-b1"), "checkout-h1", 2));
        var gone = await _shop.FailsAsync(new Effect.CreateBaseline("checkout-h1-b2", new Revision("h1-b2"), "checkout-h9", 2));

        Assert.Equal("ReplicaSet shop/checkout-h1-b1 exists already and is not the Rollout's; delete it", taken.Message);
        Assert.Equal("ReplicaSet shop/checkout-h9 is gone", gone.Message);
    }

    [Fact]
    public async Task ScaleReplicaSet_Ours_SetsReplicasOnlyOnce()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h2", "h2", "Rollout", "uid-Rollout-checkout", 1));
        await _shop.StartAsync();

        await _shop.ApplyAsync(new Effect.ScaleReplicaSet("checkout-h2", 3));
        await _shop.ApplyAsync(new Effect.ScaleReplicaSet("checkout-h2", 3));

        Assert.Equal(["PATCH replicasets/checkout-h2"], _shop.Cluster.Writes);
        Assert.Equal(3, (int)_shop.Cluster.Find("replicasets", "checkout-h2")!["spec"]!["replicas"]!);
        Assert.Equal(3, _shop.Snapshot().Observation.ReplicaSetOf(new Revision("h2"))?.Replicas);
    }

    [Fact]
    public async Task ScaleReplicaSet_OfAnother_Fails()
    {
        _shop.Put(_shop.ReplicaSet("theirs", "h2", "Rollout", "somebody", 1));
        await _shop.StartAsync();

        await _shop.FailsAsync(new Effect.ScaleReplicaSet("theirs", 0));

        Assert.Empty(_shop.Cluster.Writes);
    }

    [Fact]
    public async Task CheckOut_WithoutPods_BelongsToTheRollout()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h0", "h0", "Deployment", "uid-Deployment-checkout", 0));
        await _shop.StartAsync();

        await _shop.ApplyAsync(new Effect.CheckOut("checkout-h0"));
        await _shop.ApplyAsync(new Effect.CheckOut("checkout-h0"));

        Assert.Equal(("Rollout", "uid-Rollout-checkout"), OwnerOf(_shop.Cluster.Find("replicasets", "checkout-h0")!));
        Assert.Single(_shop.Cluster.Writes);
    }

    [Fact]
    public async Task CheckOut_WithPods_IsRefused()
    {
        await _shop.StartAsync();

        var failure = await _shop.FailsAsync(new Effect.CheckOut("checkout-h1"));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.Equal(("Deployment", "uid-Deployment-checkout"), OwnerOf(_shop.Cluster.Find("replicasets", "checkout-h1")!));
    }

    [Fact]
    public async Task CheckIn_WithoutPods_BelongsToTheDeploymentAgain()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h0", "h0", "Rollout", "uid-Rollout-checkout", 0));
        await _shop.StartAsync();

        await _shop.ApplyAsync(new Effect.CheckIn("checkout-h0"));

        Assert.Equal(("Deployment", "uid-Deployment-checkout"), OwnerOf(_shop.Cluster.Find("replicasets", "checkout-h0")!));
    }

    [Fact]
    public async Task HandOver_Saturated_BelongsToTheDeploymentWithItsMarks()
    {
        var revision = await CandidateAsync(2);

        await _shop.ApplyAsync(new Effect.HandOver($"checkout-{revision}", 2, 3));

        var handed = _shop.Cluster.Find("replicasets", $"checkout-{revision}")!;
        Assert.Equal(("Deployment", "uid-Deployment-checkout"), OwnerOf(handed));
        Assert.Equal("2", (string?)handed["metadata"]!["annotations"]!["deployment.kubernetes.io/desired-replicas"]);
        Assert.Equal("3", (string?)handed["metadata"]!["annotations"]!["deployment.kubernetes.io/max-replicas"]);
    }

    [Theory]
    [InlineData("template")]
    [InlineData("replicas")]
    [InlineData("unpaused")]
    [InlineData("unavailable")]
    public async Task HandOver_WorldMovedOn_IsRefusedAndNothingIsWritten(string what)
    {
        var revision = await CandidateAsync(2);
        var name = $"checkout-{revision}";
        switch (what)
        {
            case "template":
                _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/checkout:v3");
                break;
            case "replicas":
                _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["replicas"] = 5);
                break;
            case "unpaused":
                _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["paused"] = false);
                break;
            default:
                _shop.Cluster.Edit("replicasets", name, replicaSet => replicaSet["status"]!["availableReplicas"] = 1);
                break;
        }

        _shop.Cluster.Writes.Clear();
        var failure = await _shop.FailsAsync(new Effect.HandOver(name, 2, 3));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.Empty(_shop.Cluster.Writes);
    }

    [Fact]
    public async Task HandOver_ReplicaSetChangesInThatInstant_IsRefusedByTheGuard()
    {
        var revision = await CandidateAsync(2);
        var name = $"checkout-{revision}";
        _shop.Cluster.Before = request =>
        {
            if (request == $"PATCH replicasets/{name}")
            {
                _shop.Cluster.Edit("replicasets", name, replicaSet => replicaSet["spec"]!["replicas"] = 1);
            }
        };

        var failure = await _shop.FailsAsync(new Effect.HandOver(name, 2, 3));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.Equal(("Rollout", "uid-Rollout-checkout"), OwnerOf(_shop.Cluster.Find("replicasets", name)!));
    }

    [Fact]
    public async Task Saturate_HandedOver_SetsReplicasAndMarks()
    {
        _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["replicas"] = 5);
        await _shop.StartAsync();

        await _shop.ApplyAsync(new Effect.Saturate("checkout-h1", 5, 7));

        var saturated = _shop.Cluster.Find("replicasets", "checkout-h1")!;
        Assert.Equal(5, (int)saturated["spec"]!["replicas"]!);
        Assert.Equal("5", (string?)saturated["metadata"]!["annotations"]!["deployment.kubernetes.io/desired-replicas"]);
        Assert.Equal("7", (string?)saturated["metadata"]!["annotations"]!["deployment.kubernetes.io/max-replicas"]);
    }

    [Fact]
    public async Task Saturate_ReplicasMovedOn_IsRefusedAndNothingIsWritten()
    {
        await _shop.StartAsync();
        _shop.Cluster.Writes.Clear();

        var failure = await _shop.FailsAsync(new Effect.Saturate("checkout-h1", 5, 7));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.Contains("asks for 2 replicas by now", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_shop.Cluster.Writes);
    }

    [Theory]
    [InlineData("25%", "100%")]
    [InlineData("25%", "0")]
    [InlineData("3", "100%")]
    public async Task SetSurge_ChangesThatFieldOnlyAndOnce(string from, string to)
    {
        _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["strategy"] = Strategy(from));
        await _shop.StartAsync();
        var before = _shop.Cluster.Find("deployments", "checkout")!["spec"]!.DeepClone();
        _shop.Cluster.Writes.Clear();

        await _shop.ApplyAsync(new Effect.SetSurge(from, to));
        await _shop.ApplyAsync(new Effect.SetSurge(from, to));

        Assert.Single(_shop.Cluster.Writes);
        before["strategy"] = Strategy(to);
        Assert.True(JsonNode.DeepEquals(before, _shop.Cluster.Find("deployments", "checkout")!["spec"]));
        Assert.Equal(to, _shop.Snapshot().Observation.Deployment!.Surge);
    }

    [Theory]
    [InlineData("2")]
    [InlineData(null)]
    public async Task SetSurge_ChangedByOthers_IsRefusedAndNothingIsWritten(string? now)
    {
        _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["strategy"] = now is null ? new JsonObject { ["type"] = "Recreate" } : Strategy(now));
        await _shop.StartAsync();
        _shop.Cluster.Writes.Clear();

        var failure = await _shop.FailsAsync(new Effect.SetSurge("25%", "100%"));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.Empty(_shop.Cluster.Writes);
    }

    [Fact]
    public async Task SetSurge_WrittenByOthersInThatInstant_IsRefusedByTheGuard()
    {
        await _shop.StartAsync();
        _shop.Cluster.Before = request =>
        {
            if (request == "PATCH deployments/checkout")
            {
                _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["strategy"] = Strategy("2"));
            }
        };

        var failure = await _shop.FailsAsync(new Effect.SetSurge("30%", "100%"));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.True(JsonNode.DeepEquals(Strategy("2"), _shop.Cluster.Find("deployments", "checkout")!["spec"]!["strategy"]));
    }

    [Fact]
    public async Task DeleteReplicaSet_OursWithoutPods_IsGone()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h2", "h2", "Rollout", "uid-Rollout-checkout", 0));
        await _shop.StartAsync();

        await _shop.ApplyAsync(new Effect.DeleteReplicaSet("checkout-h2"));
        await _shop.ApplyAsync(new Effect.DeleteReplicaSet("checkout-h2"));

        Assert.Null(_shop.Cluster.Find("replicasets", "checkout-h2"));
    }

    [Fact]
    public async Task DeleteReplicaSet_WithPodsOrOfTheDeployment_IsRefused()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h2", "h2", "Rollout", "uid-Rollout-checkout", 1));
        _shop.Put(_shop.ReplicaSet("checkout-h0", "h0", "Deployment", "uid-Deployment-checkout", 0));
        await _shop.StartAsync();

        await _shop.FailsAsync(new Effect.DeleteReplicaSet("checkout-h2"));
        await _shop.FailsAsync(new Effect.DeleteReplicaSet("checkout-h0"));

        Assert.Empty(_shop.Cluster.Writes);
    }

    public static TheoryData<Effect> Writing =>
    [
        new Effect.SetWeight(new Weight(5), false, false), new Effect.PointSubsets(new Revision("h1"), new Revision("h2"), false), new Effect.ScaleReplicaSet("checkout-h1", 7), new Effect.SetPaused(false),
        new Effect.StampRestart("2026-11-23T12:00:00Z"), new Effect.AddFinalizer(),
    ];

    [Theory]
    [MemberData(nameof(Writing))]
    public async Task Apply_AnotherLeadsByNow_SendsNothing(Effect effect)
    {
        await _shop.StartAsync();
        _shop.Leadership.Set(false);

        var failure = await _shop.FailsAsync(effect);

        Assert.Contains("another replica may lead", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_shop.Cluster.Writes);
    }

    [Theory]
    [MemberData(nameof(Writing))]
    public async Task Apply_LeadershipEndsWhileItReads_SendsNothing(Effect effect)
    {
        await _shop.StartAsync();
        _shop.Cluster.Before = title =>
        {
            if (title.StartsWith("GET", StringComparison.Ordinal))
            {
                _shop.Leadership.Set(false);
            }
        };

        await Record.ExceptionAsync(() => _shop.ApplyAsync(effect)); // what stands on the caches alone is written before anything is read

        Assert.True(_shop.Cluster.Writes.Count <= (effect is Effect.SetWeight or Effect.PointSubsets ? 1 : 0), string.Join(", ", _shop.Cluster.Writes));
    }

    [Fact]
    public async Task SetPaused_ChangesThatFieldOnly()
    {
        await _shop.StartAsync();
        var before = _shop.Cluster.Find("deployments", "checkout")!;

        await _shop.ApplyAsync(new Effect.SetPaused(true));
        await _shop.ApplyAsync(new Effect.SetPaused(false));

        Assert.Equal(["PATCH deployments/checkout"], _shop.Cluster.Writes);
        var after = _shop.Cluster.Find("deployments", "checkout")!;
        before["spec"]!["paused"] = false;
        Assert.True(CanonicalJson.DeepEquals(before["spec"], after["spec"]));
    }

    [Fact]
    public async Task SetTemplate_FromAReplicaSet_LeavesTheHashBehind()
    {
        await NewTemplateAsync();

        await _shop.ApplyAsync(new Effect.SetTemplate("checkout-h1"));

        var template = _shop.Cluster.Find("deployments", "checkout")!["spec"]!["template"]!.AsObject();
        Assert.Equal(_shop.H1, TemplateHash.Of(template));
        Assert.Null(template["metadata"]!["labels"]!["pod-template-hash"]);
        Assert.Equal(new Revision("h1"), _shop.Snapshot().Observation.Deployment!.Template);
    }

    [Fact]
    public async Task StampRestart_StampsTheTemplateOnce()
    {
        await _shop.StartAsync();

        await _shop.ApplyAsync(new Effect.StampRestart("2026-11-23T12:00:00Z"));
        await _shop.ApplyAsync(new Effect.StampRestart("2026-11-23T12:00:00Z"));

        Assert.Single(_shop.Cluster.Writes);
        Assert.Equal("2026-11-23T12:00:00Z", _shop.Snapshot().Observation.Deployment!.RestartStamp);
        Assert.NotEqual(new Revision("h1"), _shop.Snapshot().Observation.Deployment!.Template);
    }

    [Fact]
    public async Task Traffic_PointedWeighedAndRestored_IsAsItWasFound()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h2", "h2", "Rollout", "uid-Rollout-checkout", 1));
        await _shop.StartAsync();
        var before = _shop.Snapshot().Observation.Traffic;

        await _shop.ApplyAsync(new Effect.PointSubsets(new Revision("h1"), new Revision("h2"), Retreat: false));
        await _shop.ApplyAsync(new Effect.SetWeight(new Weight(25), Lowers: false));

        var during = _shop.Snapshot().Observation.Traffic;
        Assert.True(during.Carries(new Weight(25)));
        Assert.Equal(new Revision("h2"), during.CandidateSubset);
        await _shop.ApplyAsync(new Effect.RestoreTraffic(before.Snapshot!));
        Assert.Equal(before.Snapshot, _shop.Snapshot().Observation.Traffic.Snapshot);
    }

    [Fact]
    public async Task Traffic_WithBaseline_IsMovedThreeWaysAndRestored()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h2", "h2", "Rollout", "uid-Rollout-checkout", 1));
        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["spec"]!["analysis"]!["baseline"] = "Fresh");
        _shop.Cluster.Edit("virtualservices", "checkout", routes => routes["spec"]!["http"]![0]!["route"]!.AsArray().Add(
            JsonNode.Parse("""{"destination":{"host":"checkout","subset":"baseline"},"weight":0}""")));
        await _shop.StartAsync();
        var before = _shop.Snapshot().Observation.Traffic;
        Assert.Empty(before.Problems);

        await _shop.ApplyAsync(new Effect.PointSubsets(new Revision("h1"), new Revision("h2"), Retreat: false, new Revision("h1-b1")));
        await _shop.ApplyAsync(new Effect.SetWeight(new Weight(25), Lowers: false, Baseline: true));

        var during = _shop.Snapshot().Observation.Traffic;
        Assert.Equal([new RouteObservation("checkout/primary", 50, 25, 25)], during.Routes);
        Assert.Equal(new Revision("h1-b1"), during.BaselineSubset);
        await _shop.ApplyAsync(new Effect.SetWeight(Weight.Zero, Lowers: true));
        Assert.Equal([new RouteObservation("checkout/primary", 100, 0, 0)], _shop.Snapshot().Observation.Traffic.Routes);
        await _shop.ApplyAsync(new Effect.RestoreTraffic(before.Snapshot!));
        Assert.Equal(before.Snapshot, _shop.Snapshot().Observation.Traffic.Snapshot);
        Assert.Equal(2, _shop.Cluster.Find("destinationrules", "checkout")!["spec"]!["subsets"]!.AsArray().Count);
    }

    [Fact]
    public async Task Analyses_StartedFinishedAndDeleted_AreSeenAtOnce()
    {
        await _shop.StartAsync();
        var observation = _shop.Snapshot().Observation;
        var start = new Effect.StartAnalysis("checkout-h2-1", new Revision("h1"), new Revision("h2"), observation.Metrics!, observation.Spec!.Analysis);

        await _shop.ApplyAsync(start);
        await _shop.ApplyAsync(start);
        Assert.Equal([new AnalysisRunObservation("checkout-h2-1", false)], _shop.Snapshot().Observation.AnalysisRuns);

        await _shop.ApplyAsync(new Effect.FinishAnalysis("checkout-h2-1", Outcome.Aborted, "aborted by ann"));
        Assert.Equal([new AnalysisRunObservation("checkout-h2-1", true)], _shop.Snapshot().Observation.AnalysisRuns);

        await _shop.ApplyAsync(new Effect.DeleteAnalysis("checkout-h2-1"));
        Assert.Null(_shop.Cluster.Find("analysisruns", "checkout-h2-1"));
    }

    [Fact]
    public async Task ClearCommand_StillTheSame_IsRemoved()
    {
        await _shop.StartAsync();
        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["annotations"]!["canary.dev/command"] = "abort");

        await _shop.ApplyAsync(new Effect.ClearCommand("abort"));

        Assert.Equal("""{"owner":"ann"}""", _shop.Cluster.Find("rollouts", "checkout")!["metadata"]!["annotations"]!.ToJsonString());
        Assert.Null(_shop.Snapshot().Observation.Command);
    }

    [Fact]
    public async Task ClearCommand_NewerOne_StaysAndIsSeen()
    {
        await _shop.StartAsync();
        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["annotations"]!["canary.dev/command"] = "promote");

        await _shop.ApplyAsync(new Effect.ClearCommand("abort"));

        Assert.Equal("promote", _shop.Snapshot().Observation.Command?.Raw);
    }

    [Fact]
    public async Task Finalizer_AddedAndRemoved_LeavesThoseOfOthers()
    {
        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["finalizers"] = new JsonArray("theirs"));
        await _shop.StartAsync();

        await _shop.ApplyAsync(new Effect.AddFinalizer());
        await _shop.ApplyAsync(new Effect.AddFinalizer());
        Assert.Equal("""["theirs","canary.dev/release"]""", _shop.Cluster.Find("rollouts", "checkout")!["metadata"]!["finalizers"]!.ToJsonString());
        Assert.True(_shop.Snapshot().Observation.HasFinalizer);

        await _shop.ApplyAsync(new Effect.RemoveFinalizer());
        Assert.Equal("""["theirs"]""", _shop.Cluster.Find("rollouts", "checkout")!["metadata"]!["finalizers"]!.ToJsonString());
        Assert.Equal(2, _shop.Cluster.Writes.Count);
    }

    [Fact]
    public async Task Apply_ServerIsBusy_FailsWithItsOwnWait()
    {
        await _shop.StartAsync();
        _shop.Cluster.Fail("GET deployments/checkout", 403, "Forbidden");

        var failure = await _shop.FailsAsync(new Effect.SetPaused(false));

        Assert.Contains("Forbidden", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.RetryAfter);
    }

    private static (string? Kind, string? Uid) OwnerOf(JsonObject read)
    {
        var owner = Assert.Single(read["metadata"]!["ownerReferences"]!.AsArray());
        Assert.True((bool)owner!["controller"]!);
        Assert.True((bool)owner["blockOwnerDeletion"]!);
        return ((string?)owner["kind"], (string?)owner["uid"]);
    }

    private async Task<Revision> NewTemplateAsync()
    {
        await _shop.StartAsync();
        _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/checkout:v2");
        await _shop.SeesAsync(snapshot => snapshot.Observation.Deployment!.Image == "shop/checkout:v2");
        return _shop.Snapshot().Observation.Deployment!.Template;
    }

    private async Task<Revision> CandidateAsync(int replicas)
    {
        var revision = await NewTemplateAsync();
        await _shop.ApplyAsync(new Effect.CreateReplicaSet(revision, replicas));
        _shop.Cluster.Edit("replicasets", $"checkout-{revision}", replicaSet =>
            replicaSet["status"] = new JsonObject { ["replicas"] = replicas, ["readyReplicas"] = replicas, ["availableReplicas"] = replicas });
        await _shop.SeesAsync(snapshot => snapshot.Observation.ReplicaSetOf(revision)?.Available == replicas);
        return revision;
    }

    private static JsonObject Strategy(string surge) => new()
    {
        ["type"] = "RollingUpdate",
        ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = "25%", ["maxSurge"] = int.TryParse(surge, out var pods) ? pods : surge },
    };
}
