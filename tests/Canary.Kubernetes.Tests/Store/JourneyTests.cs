using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Engine.Ports;
using Canary.Kubernetes.Tests.Api;
using Xunit;

namespace Canary.Kubernetes.Tests.Store;

/// <summary>Whole rollouts: the rules decide on what the adapter reads, and the adapter does what they ask for.</summary>
public sealed class JourneyTests : IAsyncDisposable
{
    private static readonly string[] Workloads = ["checkout-h1"];

    private readonly ShopHarness _shop = new();
    private readonly List<string> _weights = [];
    private VerdictState _verdict = VerdictState.Pass;
    private DateTimeOffset _now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task Rollout_CandidateThatPasses_IsPromotedByHandOverAndItsReplicaSetStays()
    {
        var candidate = await StartAsync();

        await PassUntilAsync(status => status.History.Count > 0 && status.Journey is null);

        var observation = _shop.Snapshot().Observation;
        Assert.Equal(Outcome.Promoted, observation.Status.History[0].Outcome);
        Assert.Equal(candidate, observation.Status.Stable?.Revision);
        Assert.Equal(Owner.Deployment, observation.ReplicaSetOf(candidate)?.Owner);
        Assert.Equal(2, observation.ReplicaSetOf(candidate)?.Replicas);
        Assert.Equal(0, observation.ReplicaSetOf(new Revision("h1"))?.Replicas);
        Assert.True(observation.Traffic.Carries(Weight.Zero));
        Assert.Equal(candidate, observation.Traffic.StableSubset);
        Assert.True(observation.Deployment?.Paused);
        Assert.Equal(["0", "5", "25", "50", "100", "0"], _weights);
        Assert.Equal("Passed", (string?)_shop.Cluster.Find("analysisruns", $"checkout-{candidate}-1")!["status"]!["phase"]);
    }

    [Fact]
    public async Task Rollout_AbortedByAnnotation_IsTakenBackAndTheCommandIsCleared()
    {
        _verdict = VerdictState.Running;
        var candidate = await StartAsync();
        await PassUntilAsync(status => status.Traffic?.Weight.Percent == 5 && status.Traffic.SettledAt is not null);

        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["annotations"]!["canary.dev/command"] = "abort");
        await _shop.SeesAsync(snapshot => snapshot.Observation.Command is not null);
        await PassAsync();

        Assert.True(_shop.Snapshot().Observation.Traffic.Carries(Weight.Zero));
        Assert.Null(_shop.Cluster.Find("rollouts", "checkout")!["metadata"]!["annotations"]!["canary.dev/command"]);
        await PassUntilAsync(status => status.Journey is null && status.Retiring.Count == 0);
        Assert.Equal(Outcome.Aborted, _shop.Snapshot().Observation.Status.History[0].Outcome);
        Assert.Equal(0, _shop.Snapshot().Observation.ReplicaSetOf(candidate)?.Replicas ?? 0);
        Assert.Equal("Degraded", (string?)_shop.Cluster.Find("rollouts", "checkout")!["status"]!["phase"]);
    }

    [Fact]
    public async Task Rollout_Deleted_LeavesEverythingAsItWasFound()
    {
        await _shop.StartAsync();
        _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["paused"] = false);
        await ControlAsync();
        var found = Routing();
        await PassUntilAsync(_ => _shop.Snapshot().Observation is { HasFinalizer: true, Deployment.Paused: true, Status.Phase: Phase.Healthy });

        _shop.Cluster.Edit("rollouts", "checkout", rollout => rollout["metadata"]!["deletionTimestamp"] = "2026-11-23T12:00:00Z");
        await _shop.SeesAsync(snapshot => snapshot.Observation.Deleting);
        for (var pass = 0; pass < 50 && _shop.Cluster.Find("rollouts", "checkout") is not null; pass++)
        {
            await PassAsync();
        }

        Assert.Null(_shop.Cluster.Find("rollouts", "checkout"));
        Assert.False((bool)_shop.Cluster.Find("deployments", "checkout")!["spec"]!["paused"]!);
        Assert.Equal(found, Routing());
        await Eventually.HoldsAsync(() => _shop.Store.Observe(ShopHarness.Key, _now) is null);
    }

    /// <summary>Adopts version 1, then asks for version 2.</summary>
    private async Task<Revision> StartAsync()
    {
        await _shop.StartAsync();
        await PassUntilAsync(status => status.Phase == Phase.Healthy);
        _shop.Cluster.Edit("deployments", "checkout", deployment => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/checkout:v2");
        await ControlAsync();
        await PassUntilAsync(status => status.Journey is not null);
        return _shop.Snapshot().Observation.Status.Candidate!.Revision;
    }

    private async Task PassUntilAsync(Func<RolloutStatus, bool> reached)
    {
        for (var pass = 0; pass < 400; pass++)
        {
            if (reached(_shop.Snapshot().Observation.Status))
            {
                return;
            }

            await PassAsync();
        }

        Assert.Fail($"not reached: {_shop.Snapshot().Observation.Status.Message}");
    }

    private async Task PassAsync()
    {
        var snapshot = _shop.Store.Observe(ShopHarness.Key, _now)!;
        var verdict = snapshot.Analysis is null
            ? null
            : new Verdict { State = _verdict, Reason = "as the test has it", EvidenceAt = _now, WeightSeen = true, Metrics = [] };
        var decision = RolloutMachine.Decide(snapshot.Observation with { Verdict = verdict });
        Assert.Equal(StoreResult.Stored, await _shop.Store.StoreStatusAsync(snapshot, decision.Status, ShopHarness.Cancellation));
        if (snapshot.Analysis is { } analysis)
        {
            await _shop.Store.StoreEvidenceAsync(snapshot, analysis.State with { RoundAt = _now }, verdict!, ShopHarness.Cancellation);
        }

        foreach (var effect in decision.Effects)
        {
            await _shop.Applier.ApplyAsync(snapshot, effect, ShopHarness.Cancellation);
        }

        if (_shop.Store.Observe(ShopHarness.Key, _now) is not { } after || after.Observation.Deleting)
        {
            return;
        }

        var weight = after.Observation.Traffic.Routes[0].CandidateWeight.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (_weights.Count == 0 || _weights[^1] != weight)
        {
            _weights.Add(weight);
        }

        await ControlAsync();
        _now = _now.AddSeconds(5);
    }

    /// <summary>Plays the controllers of Deployments and ReplicaSets, then waits until the adapter has seen it.</summary>
    private async Task ControlAsync()
    {
        var deployment = _shop.Cluster.Edit("deployments", "checkout", read => read["status"] = new JsonObject { ["observedGeneration"] = (long)read["metadata"]!["generation"]! });
        _shop.Cluster.Edit("deployments", "checkout", read => read["status"]!["observedGeneration"] = (long)deployment["metadata"]!["generation"]!);
        var names = _shop.Snapshot().Observation.ReplicaSets.Select(replicaSet => replicaSet.Name).Union(Workloads).ToList();
        var handedOver = names.Select(name => _shop.Cluster.Find("replicasets", name)).Any(read =>
            read?["metadata"]!["annotations"]?["deployment.kubernetes.io/desired-replicas"] is not null && (string?)read["metadata"]!["ownerReferences"]![0]!["kind"] == "Deployment");
        foreach (var name in names)
        {
            if (_shop.Cluster.Find("replicasets", name) is null)
            {
                continue;
            }

            _shop.Cluster.Edit("replicasets", name, read =>
            {
                var replicas = handedOver && name == "checkout-h1" ? 0 : (int)read["spec"]!["replicas"]!;
                read["spec"]!["replicas"] = replicas;
                read["status"] = new JsonObject { ["replicas"] = replicas, ["readyReplicas"] = replicas, ["availableReplicas"] = replicas };
            });
        }

        await Eventually.HoldsAsync(() => names.TrueForAll(name => Version(_shop.Cluster.Find("replicasets", name)) == Version(_shop.Caches.ReplicaSets.Get("shop", name)))
            && Version(_shop.Cluster.Find("deployments", "checkout")) == Version(_shop.Caches.Deployments.Get("shop", "checkout")));
    }

    private string Routing() => string.Concat(new[] { "virtualservices", "destinationrules" }.Select(plural => _shop.Cluster.Find(plural, "checkout")!["spec"]!.ToJsonString()));

    private static string? Version(JsonObject? read) => (string?)read?["metadata"]!["resourceVersion"];
}
