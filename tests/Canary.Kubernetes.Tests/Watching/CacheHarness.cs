using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Tests.Api;
using Canary.Kubernetes.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Kubernetes.Tests.Watching;

/// <summary>A running cache of Deployments against a scripted server.</summary>
internal sealed class CacheHarness : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ApiHarness _api;
    private readonly ConcurrentQueue<string> _changes = new();

    public CacheHarness(
        string? ns = null, string? labelSelector = null, ListWatchOptions? options = null, KubernetesApiOptions? apiOptions = null, ILogger<ListWatchCache>? logger = null)
    {
        // Single attempts, so that every request a test sees is the cache's own doing.
        _api = new ApiHarness(apiOptions ?? new KubernetesApiOptions { Attempts = 1 });
        Cache = new ListWatchCache(
            _api.Api, ResourceKind.Deployments, ns, labelSelector, options ?? new ListWatchOptions(), _api.Time, logger ?? NullLogger<ListWatchCache>.Instance);
        Cache.Changed += change => _changes.Enqueue($"{change.Kind} {change.Name}@{Version(change.Object)}");
    }

    public ListWatchCache Cache { get; }

    public ScriptedServer Server => _api.Server;

    public FakeClock Time => _api.Time;

    public Task Running { get; private set; } = Task.CompletedTask;

    public string[] Changes => [.. _changes];

    public static string Version(JsonObject read) => (string?)read["metadata"]?["resourceVersion"] ?? "";

    public static JsonObject Parsed(string json) => (JsonObject)JsonNode.Parse(json)!;

    public void Start() => Running = Cache.RunAsync(_stop.Token);

    /// <summary>Starts, answers the list and the watch, and waits until both are taken.</summary>
    public async Task<WatchStream> StartSyncedAsync(string version, params string[] items)
    {
        Start();
        (await Server.NextAsync()).RespondList(version, items);
        var watch = (await Server.NextAsync()).RespondWatch();
        await watch.Reading.WaitAsync(TestContext.Current.CancellationToken);
        await Cache.Synced;
        return watch;
    }

    public Task SeenAsync(params string[] changes) => Eventually.HoldsAsync(() => Changes.Length >= changes.Length).ContinueWith(
        waited =>
        {
            waited.GetAwaiter().GetResult();
            Assert.Equal(changes, Changes);
        },
        TaskScheduler.Default);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _api.Dispose();
    }
}
