using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Benchmarks.Idle;
using Canary.Sandbox.ApiServer;

namespace Canary.Benchmarks.Scale;

/// <summary>Every request that the engine makes for one complete rollout, as the API server logged it.</summary>
internal sealed class RequestsRun(TimeProvider time)
{
    /// <summary>What User-Agent the controller tells.</summary>
    private const string Engine = "Canary.Controller/";

    /// <summary>Events are told beside the passes, and old pods go after a delay.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(6);

    private readonly ConcurrentQueue<ApiRequestObservation> _log = new();

    public async Task<IReadOnlyList<RequestStory>> RunAsync(CancellationToken cancellation)
    {
        var cluster = await ScaleCluster.StartAsync(new ScaleSize(4, 2, Real: false), Plans.Short, time, cancellation).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            await cluster.StartEngineAsync(cancellation).ConfigureAwait(false);
            await Task.Delay(Settling, time, cancellation).ConfigureAwait(false);
            cluster.Sandbox.ApiServer!.RequestCompleted += OnRequest; // its own, as the size asks for
            await cluster.ReleaseAsync(0, bad: false, cancellation).ConfigureAwait(false);
            await cluster.ReleaseAsync(1, bad: true, cancellation).ConfigureAwait(false);
            await cluster.ReleaseAsync(2, bad: false, cancellation).ConfigureAwait(false);
            await cluster.UntilAsync(() => IsIn(cluster, 2, FleetWatch.IsAnalysed), 1, "Rollout analysed", cancellation).ConfigureAwait(false);
            await cluster.CommandAsync(2, "abort", cancellation).ConfigureAwait(false);
            await cluster.UntilAsync(
                () => IsIn(cluster, 0, Ended("Promoted")) + IsIn(cluster, 1, Ended("RolledBack")) + IsIn(cluster, 2, Ended("Aborted")), 3, "rollouts ended", cancellation).ConfigureAwait(false);
            await Task.Delay(Settling, time, cancellation).ConfigureAwait(false);
            cluster.Sandbox.ApiServer.RequestCompleted -= OnRequest;
            return [Story("promoted", 0), Story("rolled back", 1), Story("aborted", 2), Story("idle meanwhile", 3)];
        }
    }

    private static int IsIn(ScaleCluster cluster, int number, Func<JsonObject, bool> condition) => cluster.Fleet.Get(Shops.Key(number)) is { } rollout && condition(rollout) ? 1 : 0;

    private static Func<JsonObject, bool> Ended(string outcome) => rollout =>
        (string?)rollout["status"]?["history"]?[0]?["outcome"] == outcome && FleetWatch.Phase(rollout) is "Healthy" or "Degraded";

    private void OnRequest(object? sender, ApiRequestObservation seen)
    {
        if (seen.Verb != "watch" && seen.UserAgent.StartsWith(Engine, StringComparison.Ordinal))
        {
            _log.Enqueue(seen);
        }
    }

    private RequestStory Story(string what, int number) =>
        RequestStory.Of(what, _log.Where(seen => seen.Path.Contains($"/namespaces/{Shops.Key(number).Namespace}/", StringComparison.Ordinal)));
}
