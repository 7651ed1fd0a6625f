using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Announcing;
using Canary.Kubernetes.Tests.Store;
using Xunit;

namespace Canary.Kubernetes.Tests.Announcing;

public sealed class KubernetesEventsTests : IAsyncDisposable
{
    private readonly ShopHarness _shop = new();
    private readonly KubernetesEvents _events;

    public KubernetesEventsTests() => _events = new KubernetesEvents(_shop.Api, _shop.Caches, _shop.Time, "canary-0");

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task AnnounceAsync_News_IsAnEventOnTheRollout()
    {
        await _shop.StartAsync();

        await _events.AnnounceAsync(ShopHarness.Key, new Announcement("WeightSet", "5 % go to h2", Warning: true), ShopHarness.Cancellation);

        var written = Event();
        Assert.Equal("Warning", (string?)written["type"]);
        Assert.Equal("WeightSet", (string?)written["reason"]);
        Assert.Equal("5 % go to h2", (string?)written["message"]);
        Assert.Equal("canary", (string?)written["reportingComponent"]);
        Assert.Equal("canary-0", (string?)written["reportingInstance"]);
        Assert.Equal("uid-Rollout-checkout", (string?)written["involvedObject"]!["uid"]);
        Assert.Equal("canary.dev/v1alpha1", (string?)written["involvedObject"]!["apiVersion"]);
        Assert.Equal(1, (int)written["count"]!);
    }

    [Fact]
    public async Task AnnounceAsync_SameNewsWithinTheWindow_IsCounted()
    {
        await _shop.StartAsync();
        var news = new Announcement("Held", "no requests");

        await _events.AnnounceAsync(ShopHarness.Key, news, ShopHarness.Cancellation);
        _shop.Time.Advance(TimeSpan.FromMinutes(9));
        await _events.AnnounceAsync(ShopHarness.Key, news, ShopHarness.Cancellation);

        Assert.Equal(2, (int)Event()["count"]!);
        _shop.Time.Advance(TimeSpan.FromMinutes(11));
        await _events.AnnounceAsync(ShopHarness.Key, news, ShopHarness.Cancellation);
        Assert.Equal(2, Posts());
    }

    [Fact]
    public async Task AnnounceAsync_EventHasExpired_IsWrittenAnew()
    {
        await _shop.StartAsync();
        var news = new Announcement("Held", "no requests");
        await _events.AnnounceAsync(ShopHarness.Key, news, ShopHarness.Cancellation);
        _shop.Cluster.Remove("events", (string)Event()["metadata"]!["name"]!);

        await _events.AnnounceAsync(ShopHarness.Key, news, ShopHarness.Cancellation);

        Assert.Equal(2, Posts());
    }

    [Fact]
    public async Task AnnounceAsync_LongMessage_IsCutToWhatTheServerTakes()
    {
        await _shop.StartAsync();

        await _events.AnnounceAsync(ShopHarness.Key, new Announcement("Long", new string('x', 3000)), ShopHarness.Cancellation);

        Assert.Equal(1024, ((string)Event()["message"]!).Length);
    }

    [Fact]
    public async Task AnnounceAsync_RolloutIsGone_TellsNobody()
    {
        await _shop.StartAsync();

        await _events.AnnounceAsync(new RolloutKey("shop", "other"), new Announcement("A", "b"), ShopHarness.Cancellation);

        Assert.Equal(0, Posts());
    }

    [Fact]
    public void Remember_MoreThanItHolds_ForgetsTheOldest()
    {
        var memory = new EventMemory(TimeSpan.FromMinutes(10), 3);
        var at = DateTimeOffset.UnixEpoch;

        for (var index = 0; index < 5; index++)
        {
            memory.Remember(Identity(index), $"event-{index}", 1, at);
        }

        Assert.Equal(3, memory.Count);
        Assert.Null(memory.Find(Identity(1), at));
        Assert.Equal(("event-4", 1), memory.Find(Identity(4), at));
        Assert.Null(memory.Find(Identity(4), at.AddMinutes(10)));
    }

    private static EventIdentity Identity(int index) => new("uid", "Reason", $"message {index}", false);

    private int Posts() => _shop.Cluster.Writes.Count(write => write.StartsWith("POST events/", StringComparison.Ordinal));

    private JsonObject Event()
    {
        var name = _shop.Cluster.Writes.Last(write => write.StartsWith("POST events/", StringComparison.Ordinal))["POST events/".Length..];
        return _shop.Cluster.Find("events", name)!;
    }
}
