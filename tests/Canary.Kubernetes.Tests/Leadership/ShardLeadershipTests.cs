using Canary.Core;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Leadership;
using Canary.Kubernetes.Tests.Api;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Kubernetes.Tests.Leadership;

public sealed class ShardLeadershipTests : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly RolloutKey Key = new("shop", "checkout");

    private readonly FakeClock _time = new();
    private readonly LeaseWorld _world = new();
    private readonly List<Replica> _replicas = [];

    [Fact]
    public async Task Start_NotReady_IsNobodysRival()
    {
        var ready = new TaskCompletionSource();
        var replica = await StartAsync("a", ready: ready.Task);
        Assert.Empty(_world.All);

        ready.SetResult();

        await Eventually.HoldsAsync(() => replica.Leadership.Leads(Key));
        Assert.Equal(1, replica.Changes);
    }

    [Fact]
    public async Task Leads_ApiHangs_EndsAtTheDeadlineAndIsTold()
    {
        var replica = await StartAsync("a");
        await Eventually.HoldsAsync(() => replica.Leadership.Leads(Key));
        replica.Link.Hangs = true;
        var broken = _time.GetUtcNow();

        await _time.AdvanceUntilAsync(() => !replica.Leadership.Leads(Key), Tick);
        Assert.InRange(_time.GetUtcNow() - broken, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7.1));
        await _time.AdvanceUntilAsync(() => replica.Changes == 2, Tick);

        replica.Link.Hangs = false;
        await _time.AdvanceUntilAsync(() => replica.Leadership.Leads(Key), Tick);
    }

    [Fact]
    public async Task Leads_ApiHangsForThreeSeconds_NothingIsLost()
    {
        var replica = await StartAsync("a");
        await Eventually.HoldsAsync(() => replica.Leadership.Leads(Key));
        replica.Link.Hangs = true;
        var end = _time.GetUtcNow() + TimeSpan.FromSeconds(3);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);

        replica.Link.Hangs = false;
        end = _time.GetUtcNow() + TimeSpan.FromSeconds(20);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);

        Assert.True(replica.Leadership.Leads(Key));
        Assert.Equal(1, replica.Changes);
    }

    [Fact]
    public async Task Begin_ShardIsToMove_WaitsForTheWorkThenMovesAtOnce()
    {
        var first = await StartAsync("a", 2);
        await _time.AdvanceUntilAsync(() => first.Leadership.Leads(KeyOf(0)) && first.Leadership.Leads(KeyOf(1)), Tick);
        using var works0 = first.Leadership.Begin(KeyOf(0));
        using var works1 = first.Leadership.Begin(KeyOf(1));
        Assert.NotNull(works0);
        Assert.NotNull(works1);
        var second = await StartAsync("b", 2);

        RolloutKey? leaving = null;
        await _time.AdvanceUntilAsync(() => (leaving = Refused(first)) is not null, Tick);
        var end = _time.GetUtcNow() + TimeSpan.FromSeconds(20);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);
        Assert.True(first.Leadership.Leads(leaving!.Value)); // its work is not over
        Assert.False(second.Leadership.Leads(leaving.Value));

        works0.Dispose();
        works1.Dispose();
        await Eventually.HoldsAsync(() => !first.Leadership.Leads(leaving.Value)); // without any time
        await _time.AdvanceUntilAsync(() => second.Leadership.Leads(leaving.Value), Tick);
    }

    [Fact]
    public async Task Stop_WhileLeading_GivesBackAndLeaves()
    {
        var replica = await StartAsync("a", 3);
        await _time.AdvanceUntilAsync(() => Enumerable.Range(0, 3).All(shard => replica.Leadership.Leads(KeyOf(shard))), Tick);

        await replica.Leadership.StopAsync(TestContext.Current.CancellationToken);

        Assert.Empty(_world.Members);
        Assert.All(Enumerable.Range(0, 3), shard => Assert.Equal("", _world.HolderOf($"canary-{shard}")));
        Assert.False(replica.Leadership.Leads(KeyOf(0)));
    }

    [Fact]
    public void Options_WrongValues_AreNamed()
    {
        var validator = new LeaderElectionOptionsValidator();
        string Wrong(LeaderElectionOptions options) => validator.Validate(null, options).FailureMessage ?? "";

        Assert.True(validator.Validate(null, new LeaderElectionOptions { Namespace = "canary", Identity = "a" }).Succeeded);
        Assert.Contains("Namespace", Wrong(new LeaderElectionOptions { Identity = "a" }), StringComparison.Ordinal);
        Assert.Contains("Shards", Wrong(new LeaderElectionOptions { Namespace = "c", Identity = "a", Shards = 65 }), StringComparison.Ordinal);
        Assert.Contains("Name", Wrong(new LeaderElectionOptions { Namespace = "c", Identity = "a", Name = "Canary!" }), StringComparison.Ordinal);
        Assert.Contains("RenewDeadline is", Wrong(new LeaderElectionOptions { Namespace = "c", Identity = "a", RenewDeadline = TimeSpan.FromSeconds(10) }), StringComparison.Ordinal);
        Assert.Contains("RetryPeriod is", Wrong(new LeaderElectionOptions { Namespace = "c", Identity = "a", RetryPeriod = TimeSpan.FromSeconds(6) }), StringComparison.Ordinal);
        Assert.Contains("whole seconds", Wrong(new LeaderElectionOptions { Namespace = "c", Identity = "a", LeaseDuration = TimeSpan.FromSeconds(15.5) }), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            replica.Link.Hangs = false;
            await replica.Leadership.StopAsync(CancellationToken.None);
            replica.Leadership.Dispose();
            replica.Api.Dispose();
        }
    }

    /// <summary>A rollout of a shard of two or three.</summary>
    private RolloutKey KeyOf(int shard) => Enumerable.Range(0, 1000).Select(number => new RolloutKey("shop", $"app-{number}"))
        .First(key => ShardPlan.ShardOf(key, _replicas[0].Shards) == shard);

    private RolloutKey? Refused(Replica replica)
    {
        foreach (var shard in Enumerable.Range(0, 2))
        {
            using var work = replica.Leadership.Begin(KeyOf(shard));
            if (work is null)
            {
                return KeyOf(shard);
            }
        }

        return null;
    }

    private async Task<Replica> StartAsync(string name, int shards = 1, Task? ready = null)
    {
        var link = new LeaseLink(_world);
        var registry = global::Prometheus.Metrics.NewCustomRegistry();
        var api = new KubernetesApi(
            new KubernetesClientConfiguration { Host = "http://127.0.0.1:1/" }, new KubernetesApiOptions { Attempts = 1 }, _time, new Random(7), registry, NullLogger<KubernetesApi>.Instance, link);
        var options = new LeaderElectionOptions { Namespace = "canary", Identity = name, Shards = shards };
        var leadership = new ShardLeadership(api, options, ready ?? Task.CompletedTask, _time, registry, NullLogger<ShardLeadership>.Instance);
        var replica = new Replica(leadership, api, link, shards);
        leadership.Changed += () => replica.Changes++;
        _replicas.Add(replica);
        await leadership.StartAsync(TestContext.Current.CancellationToken);
        return replica;
    }

    private sealed record Replica(ShardLeadership Leadership, KubernetesApi Api, LeaseLink Link, int Shards)
    {
        public int Changes { get; set; }
    }
}
