using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canary.Benchmarks.Scale;

/// <summary>All Rollouts as a watch shows them. Thread-safe.</summary>
internal sealed class FleetWatch : IAsyncDisposable
{
    private readonly ListWatchCache _rollouts;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public FleetWatch(KubernetesApi api, TimeProvider time)
    {
        _rollouts = new ListWatchCache(api, ResourceKind.Rollouts, null, null, new ListWatchOptions(), time, NullLogger<ListWatchCache>.Instance);
        _running = _rollouts.RunAsync(_stopping.Token);
    }

    public static string Phase(JsonObject rollout) => (string?)rollout["status"]?["phase"] ?? "";

    /// <summary>Whether it stands in a step of analysis.</summary>
    public static bool IsAnalysed(JsonObject rollout) => Phase(rollout) == "Progressing" && (string?)rollout["status"]?["step"]?["kind"] == "analyze";

    public int Count(Func<JsonObject, bool> condition) => _rollouts.List().Count(condition);

    public JsonObject? Get((string Namespace, string Name) key) => _rollouts.Get(key.Namespace, key.Name);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }
}
