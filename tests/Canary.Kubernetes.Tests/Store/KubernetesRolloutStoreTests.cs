using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Engine.Ports;
using Canary.Kubernetes.Tests.Api;
using Xunit;

namespace Canary.Kubernetes.Tests.Store;

public sealed class KubernetesRolloutStoreTests : IAsyncDisposable
{
    private static readonly RolloutKey Key = ShopHarness.Key;

    private readonly ShopHarness _shop = new();

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task Observe_IdleShop_SeesEverything()
    {
        await _shop.StartAsync();

        var observation = _shop.Snapshot().Observation;

        Assert.Empty(observation.SpecProblems);
        Assert.Empty(observation.MetricProblems);
        Assert.Equal("checkout", observation.Spec?.Deployment);
        Assert.Equal("errors", Assert.Single(observation.Metrics!).Name);
        Assert.Equal(RolloutStatus.Initial, observation.Status);
        Assert.Equal(
            new DeploymentObservation { Replicas = 2, MaxSurge = 1, Surge = "30%", Paused = true, Template = new Revision("h1"), Image = "shop/checkout:v1" },
            observation.Deployment);
        Assert.Equal(
            [new ReplicaSetObservation { Name = "checkout-h1", Revision = new Revision("h1"), Owner = Owner.Deployment, Replicas = 2, Pods = 2, Ready = 2, Available = 2, Image = "shop/checkout:v1", HistoryRevision = 3 }],
            observation.ReplicaSets);
        Assert.Empty(observation.Traffic.Problems);
        Assert.Equal([new RouteObservation("checkout/primary", 100, 0)], observation.Traffic.Routes);
        Assert.Equal(new Revision("h1"), observation.Traffic.StableSubset);
        Assert.Null(observation.Command);
        Assert.False(observation.HasFinalizer);
        Assert.Equal([Key], _shop.Store.List());
    }

    [Fact]
    public async Task Observe_Twice_ReadsTheSameSpecInstance()
    {
        await _shop.StartAsync();

        Assert.Same(_shop.Snapshot().Observation.Spec, _shop.Snapshot().Observation.Spec);
        Assert.Same(_shop.Snapshot().Observation.Metrics, _shop.Snapshot().Observation.Metrics);
    }

    [Fact]
    public async Task Observe_StatusStored_KeepsWhatItHasReadOfTheSpec()
    {
        await _shop.StartAsync();
        var before = _shop.Snapshot();

        await _shop.Store.StoreStatusAsync(before, RolloutStatus.Initial with { Message = "changed" }, ShopHarness.Cancellation);

        var after = _shop.Snapshot();
        Assert.Equal("changed", after.Observation.Status.Message);
        Assert.NotEqual(before.Version, after.Version);
        Assert.Same(before.Observation.Spec, after.Observation.Spec);
        Assert.Same(before.Observation.Metrics, after.Observation.Metrics);
    }

    [Fact]
    public async Task Observe_ChangedTemplate_ReadsTheMetricsAnew()
    {
        await _shop.StartAsync();
        var before = _shop.Snapshot().Observation;

        var template = _shop.Cluster.Find("clusteranalysistemplates", "golden", "")!;
        template["spec"]!["metrics"]![0]!["name"] = "failures";
        _shop.Put(template);

        await _shop.SeesAsync(snapshot => snapshot.Observation.Metrics?[0].Name == "failures");
        Assert.Equal("errors", before.Metrics![0].Name);
    }

    [Fact]
    public void Observe_BeforeTheCachesAreReady_SeesNothing()
    {
        Assert.Null(_shop.Store.Observe(Key, _shop.Noon));
        Assert.Empty(_shop.Store.List());
    }

    [Fact]
    public async Task Observe_NewTemplate_AsksForOurOwnHash()
    {
        await _shop.StartAsync();

        _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/checkout:v2");

        await _shop.SeesAsync(snapshot => snapshot.Observation.Deployment!.Image == "shop/checkout:v2");
        var deployment = _shop.Snapshot().Observation.Deployment!;
        Assert.Matches("^[bcdfghjklmnpqrstvwxz2456789]{10}$", deployment.Template.Hash);
        Assert.NotEqual(_shop.H1, deployment.Template.Hash);
        Assert.False(deployment.Observed);
    }

    [Fact]
    public async Task Observe_PodsOfAllArms_AreTargetsOnlyWhenReady()
    {
        _shop.Put(_shop.ReplicaSet("checkout-h2", "h2", "Rollout", "uid-Rollout-checkout", 2, "shop/checkout:v2"));
        _shop.Put(ShopHarness.Pod("a", "checkout-h1", "{podIP: 10.0.0.1, conditions: [{type: Ready, status: \"True\", lastTransitionTime: \"2026-11-23T11:00:00Z\"}], containerStatuses: [{name: app, ready: true, restartCount: 2}]}", "{prometheus.io/port: \"9090\", prometheus.io/path: /m}"));
        _shop.Put(ShopHarness.Pod("b", "checkout-h2", "{podIP: 10.0.0.2, conditions: [{type: Ready, status: \"True\", lastTransitionTime: \"2026-11-23T11:30:00Z\"}]}"));
        _shop.Put(_shop.ReplicaSet("checkout-h1-b1", "h1-b1", "Rollout", "uid-Rollout-checkout", 1));
        _shop.Put(ShopHarness.Pod("d", "checkout-h1-b1", "{podIP: 10.0.0.4, conditions: [{type: Ready, status: \"True\", lastTransitionTime: \"2026-11-23T11:30:00Z\"}]}"));
        _shop.Put(ShopHarness.Pod("c", "checkout-h2", "{podIP: 10.0.0.3, conditions: [{type: Ready, status: \"False\"}]}"));
        await _shop.StartAsync();
        var status = RolloutStatus.Initial with
        {
            Stable = new Arm(new Revision("h1"), "checkout-h1", ""),
            Candidate = new Arm(new Revision("h2"), "checkout-h2", ""),
            Journey = new Journey { Stage = Stage.Stepping, EnteredAt = _shop.Noon, Baseline = new Arm(new Revision("h1-b1"), "checkout-h1-b1", "") },
        };
        Assert.Equal(StoreResult.Stored, await _shop.Store.StoreStatusAsync(_shop.Snapshot(), status, ShopHarness.Cancellation));

        var snapshot = _shop.Snapshot();

        Assert.Equal(
            [
                new PodTarget { Uid = "uid-Pod-a", Name = "a", Arm = ArmName.Stable, Address = "10.0.0.1", Restarts = 2, ReadySince = _shop.Noon.AddHours(-1), Ports = [new NamedPort("http", 8080)], ScrapePort = "9090", ScrapePath = "/m" },
                new PodTarget { Uid = "uid-Pod-b", Name = "b", Arm = ArmName.Candidate, Address = "10.0.0.2", Restarts = 0, ReadySince = _shop.Noon.AddMinutes(-30), Ports = [new NamedPort("http", 8080)] },
                new PodTarget { Uid = "uid-Pod-d", Name = "d", Arm = ArmName.Baseline, Address = "10.0.0.4", Restarts = 0, ReadySince = _shop.Noon.AddMinutes(-30), Ports = [new NamedPort("http", 8080)] },
            ],
            snapshot.Pods);
        Assert.Equal(Owner.Rollout, snapshot.Observation.ReplicaSetOf(new Revision("h2"))?.Owner);
    }

    [Theory]
    [InlineData("{containerStatuses: [{name: app, state: {waiting: {reason: CrashLoopBackOff, message: back-off 10s}}, lastState: {terminated: {exitCode: 3, reason: Error}}}]}", "pod p, container app: CrashLoopBackOff: back-off 10s; it last ended with exit code 3 (Error)")]
    [InlineData("{containerStatuses: [{name: app, state: {waiting: {reason: ImagePullBackOff, message: no such image}}}]}", "pod p, container app: ImagePullBackOff: no such image")]
    [InlineData("{containerStatuses: [{name: app, state: {waiting: {reason: CreateContainerConfigError, message: no secret x}}}]}", "pod p, container app: CreateContainerConfigError: no secret x")]
    [InlineData("{containerStatuses: [{name: app, ready: false, state: {terminated: {exitCode: 1}}}]}", "pod p, container app: ended with exit code 1")]
    [InlineData("{conditions: [{type: PodScheduled, status: \"False\", reason: Unschedulable, message: 0/3 nodes}]}", "pod p cannot be scheduled: 0/3 nodes")]
    [InlineData("{conditions: [{type: Ready, status: \"False\"}], containerStatuses: [{name: app, ready: false, state: {running: {startedAt: \"2026-11-23T11:59:00Z\"}}}]}", "pod p runs but is not ready: the readiness probe of container app fails")]
    [InlineData("{conditions: [{type: Ready, status: \"False\"}], containerStatuses: [{name: app, ready: false, state: {running: {startedAt: \"2026-11-23T11:59:50Z\"}}}]}", null)]
    [InlineData("{containerStatuses: [{name: app, state: {waiting: {reason: ContainerCreating}}}]}", null)]
    public async Task Observe_PodThatDoesNotStart_SaysWhyInItsOwnWords(string status, string? problem)
    {
        _shop.Put(ShopHarness.Pod("p", "checkout-h1", status));
        await _shop.StartAsync();

        Assert.Equal(problem, _shop.Snapshot().Observation.ReplicaSets[0].PodProblem);
    }

    [Fact]
    public async Task Observe_QuotaExceeded_IsThePodProblem()
    {
        await _shop.StartAsync();

        _shop.Cluster.Edit("replicasets", "checkout-h1", replicaSet => replicaSet["status"]!["conditions"] =
            new JsonArray(new JsonObject { ["type"] = "ReplicaFailure", ["status"] = "True", ["message"] = "exceeded quota" }));

        await _shop.SeesAsync(snapshot => snapshot.Observation.ReplicaSets[0].PodProblem == "pods cannot be made: exceeded quota");
    }

    [Fact]
    public async Task Observe_SpecTurnsInvalid_GoesOnUnderTheLastValidOne()
    {
        await _shop.StartAsync();
        var status = RolloutStatus.Initial with { Plan = _shop.Snapshot().Observation.Spec };
        await _shop.Store.StoreStatusAsync(_shop.Snapshot(), status, ShopHarness.Cancellation);

        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["spec"]!["service"] = "Wrong!");

        await _shop.SeesAsync(snapshot => snapshot.Observation.Spec is null);
        var observation = _shop.Snapshot().Observation;
        Assert.Equal("spec.service", Assert.Single(observation.SpecProblems).Path);
        Assert.NotNull(observation.Deployment);
        Assert.Single(observation.Traffic.Routes);
    }

    [Fact]
    public async Task Observe_TemplateMissing_IsAProblemOfMetricsOnly()
    {
        _shop.Cluster.Fail("none", 500, "none");
        await _shop.StartAsync();

        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["spec"]!["analysis"]!["templates"]![0]!["name"] = "other");

        await _shop.SeesAsync(snapshot => snapshot.Observation.Metrics is null);
        Assert.NotNull(_shop.Snapshot().Observation.Spec);
        Assert.Contains("there is no ClusterAnalysisTemplate other", Assert.Single(_shop.Snapshot().Observation.MetricProblems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observe_MeshIsNotInstalled_IsAProblemUntilItIs()
    {
        _shop.Cluster.MeshVersions = [];
        await _shop.StartAsync();
        Assert.Contains("install Istio", Assert.Single(_shop.Snapshot().Observation.Traffic.Problems).Message, StringComparison.Ordinal);

        _shop.Cluster.MeshVersions = ["v1beta1"];
        await _shop.Time.AdvanceUntilAsync(() => _shop.Snapshot().Observation.Traffic.Routes.Count == 1, TimeSpan.FromSeconds(1));

        Assert.Empty(_shop.Snapshot().Observation.Traffic.Problems);
        Assert.Equal("v1beta1", _shop.Caches.VirtualServices.Kind.Version);
    }

    [Fact]
    public async Task StoreStatusAsync_SameStatusTwice_IsSentTwiceAndReadBack()
    {
        await _shop.StartAsync();
        var status = RolloutStatus.Initial with { Phase = Phase.Healthy, Message = "it serves", Attempts = 4 };

        var first = await _shop.Store.StoreStatusAsync(_shop.Snapshot(), status, ShopHarness.Cancellation);
        var version = _shop.Snapshot().Version;
        var second = await _shop.Store.StoreStatusAsync(_shop.Snapshot(), status, ShopHarness.Cancellation);

        Assert.Equal([StoreResult.Stored, StoreResult.Stored], new[] { first, second });
        Assert.Equal(["PUT rollouts/checkout/status", "PUT rollouts/checkout/status"], _shop.Cluster.Writes);
        Assert.Equal(status, _shop.Snapshot().Observation.Status);
        Assert.Equal(version, _shop.Snapshot().Version);
        Assert.Equal("ann", (string?)_shop.Cluster.Find("rollouts", "checkout")!["metadata"]!["annotations"]!["owner"]);
    }

    [Fact]
    public async Task StoreStatusAsync_SomebodyWasFirst_LosesTheRaceAndSeesThem()
    {
        await _shop.StartAsync();
        var snapshot = _shop.Snapshot();
        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["labels"] = new JsonObject { ["a"] = "b" });

        Assert.Equal(StoreResult.LostRace, await _shop.Store.StoreStatusAsync(snapshot, RolloutStatus.Initial, ShopHarness.Cancellation));

        Assert.NotEqual(snapshot.Version, _shop.Snapshot().Version);
        Assert.Equal(StoreResult.Stored, await _shop.Store.StoreStatusAsync(_shop.Snapshot(), RolloutStatus.Initial, ShopHarness.Cancellation));
    }

    [Fact]
    public async Task StoreStatusAsync_ServerRefuses_HasFailed()
    {
        await _shop.StartAsync();
        _shop.Cluster.Fail("PUT rollouts/checkout/status", 503, "ServiceUnavailable");

        Assert.Equal(StoreResult.Failed, await _shop.Store.StoreStatusAsync(_shop.Snapshot(), RolloutStatus.Initial, ShopHarness.Cancellation));
    }

    [Fact]
    public async Task StoreStatusAsync_RolloutIsGone_SaysSo()
    {
        await _shop.StartAsync();
        var snapshot = _shop.Snapshot();
        _shop.Cluster.Before = request =>
        {
            if (request.StartsWith("PUT", StringComparison.Ordinal))
            {
                _shop.Cluster.Remove("rollouts", "checkout");
            }
        };

        Assert.Equal(StoreResult.Gone, await _shop.Store.StoreStatusAsync(snapshot, RolloutStatus.Initial, ShopHarness.Cancellation));
        await Eventually.HoldsAsync(() => _shop.Store.Observe(Key, _shop.Noon) is null);
        Assert.Equal(StoreResult.Gone, await _shop.Store.StoreStatusAsync(snapshot, RolloutStatus.Initial, ShopHarness.Cancellation));
    }

    [Fact]
    public async Task StoreStatusAsync_StatusThatCannotBeRead_IsLeftAsItIs()
    {
        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["status"] = new JsonObject { ["engine"] = new JsonObject { ["schema"] = 99, ["x"] = 1 } });
        await _shop.StartAsync();

        var snapshot = _shop.Snapshot();
        Assert.Null(snapshot.Observation.Spec);
        Assert.Equal("status.engine", Assert.Single(snapshot.Observation.SpecProblems).Path);
        await _shop.Store.StoreStatusAsync(snapshot, RolloutStatus.Initial with { Phase = Phase.Invalid }, ShopHarness.Cancellation);

        var stored = _shop.Cluster.Find("rollouts", "checkout")!["status"]!;
        Assert.Equal("Invalid", (string?)stored["phase"]);
        Assert.Equal("""{"schema":99,"x":1}""", stored["engine"]!.ToJsonString());
    }

    [Fact]
    public async Task StoreEvidenceAsync_RunUnderWay_KeepsItAndLosesRacesToo()
    {
        await _shop.StartAsync();
        var metrics = _shop.Snapshot().Observation.Metrics!;
        var start = new Effect.StartAnalysis("checkout-h2-1", new Revision("h1"), new Revision("h2"), metrics, _shop.Snapshot().Observation.Spec!.Analysis);
        await _shop.ApplyAsync(start);
        await _shop.Store.StoreStatusAsync(
            _shop.Snapshot(), RolloutStatus.Initial with { Journey = new Journey { Stage = Stage.Stepping, EnteredAt = _shop.Noon, AnalysisRun = "checkout-h2-1" } }, ShopHarness.Cancellation);
        var snapshot = _shop.Snapshot();
        Assert.Equal(metrics, snapshot.Analysis?.Metrics);
        Assert.Equal(start.Spec, snapshot.Analysis?.Spec);
        var state = new AnalysisState { RoundAt = _shop.Noon, Share = new ShareCount(new Weight(5), 0.1, 0.2) };

        var first = await _shop.Store.StoreEvidenceAsync(snapshot, state, Verdict.None, ShopHarness.Cancellation);
        var stale = await _shop.Store.StoreEvidenceAsync(snapshot, state with { RoundAt = null }, Verdict.None, ShopHarness.Cancellation);

        Assert.Equal([StoreResult.Stored, StoreResult.LostRace], new[] { first, stale });
        Assert.Equal(state, _shop.Snapshot().Analysis?.State);
    }

    [Fact]
    public async Task Changed_CommandAndDeletion_AreUrgentOtherChangesAreNot()
    {
        await _shop.StartAsync();
        _shop.Changes.Clear();

        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["annotations"]!["canary.dev/command"] = "abort");
        await Eventually.HoldsAsync(() => _shop.Changes.Contains((Key, true)));
        Assert.Equal(CommandVerb.Abort, _shop.Snapshot().Observation.Command?.Verb);
        _shop.Changes.Clear();

        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["finalizers"] = new JsonArray("canary.dev/release"));
        await Eventually.HoldsAsync(() => _shop.Changes.Contains((Key, false)));
        Assert.DoesNotContain((Key, true), _shop.Changes);

        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["deletionTimestamp"] = "2026-11-23T12:00:00Z");
        await Eventually.HoldsAsync(() => _shop.Changes.Contains((Key, true)));
        Assert.True(_shop.Snapshot().Observation.Deleting);
    }

    [Theory]
    [InlineData("deployments", "checkout")]
    [InlineData("replicasets", "checkout-h1")]
    [InlineData("pods", "p")]
    [InlineData("services", "checkout")]
    [InlineData("virtualservices", "checkout")]
    [InlineData("destinationrules", "checkout")]
    [InlineData("clusteranalysistemplates", "golden")]
    public async Task Changed_ObjectThatTheRolloutRestsOn_TellsIt(string plural, string name)
    {
        _shop.Put(ShopHarness.Pod("p", "checkout-h1", "{}"));
        await _shop.StartAsync();
        _shop.Changes.Clear();

        if (plural == "clusteranalysistemplates")
        {
            var template = _shop.Cluster.Find(plural, name, "")!;
            template["spec"]!["args"] = new JsonArray();
            _shop.Cluster.Put(plural, template);
        }
        else
        {
            _shop.Cluster.Edit(plural, name, resource => resource["metadata"]!["labels"] = new JsonObject { ["a"] = "b" });
        }

        await Eventually.HoldsAsync(() => _shop.Changes.Contains((Key, false)));
    }

    [Fact]
    public async Task Changed_ObjectsOfOthers_TellNobody()
    {
        await _shop.StartAsync();
        var other = _shop.Cluster.Find("deployments", "checkout")!;
        other["metadata"] = new JsonObject { ["name"] = "other", ["namespace"] = "shop" };
        _shop.Changes.Clear();

        _shop.Put(other);
        await Eventually.HoldsAsync(() => _shop.Caches.Deployments.Get("shop", "other") is not null);

        Assert.Empty(_shop.Changes);
    }
}
