using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Benchmarks.Idle;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canary.Benchmarks.Scale;

/// <summary>How long it takes from an order to abort until no request goes to the candidate, as far as the API server can tell.</summary>
/// <param name="size">The cluster.</param>
/// <param name="inProgress">How many are analysed at any time.</param>
/// <param name="samples">How many are aborted.</param>
/// <param name="pause">Time between two aborts.</param>
/// <param name="time">The clock.</param>
/// <param name="settling">Time before the first abort; null takes ten seconds.</param>
internal sealed class AbortRun(ScaleSize size, int inProgress, int samples, TimeSpan pause, TimeProvider time, TimeSpan? settling = null)
{
    private static readonly TimeSpan UsualSettling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string, string), TaskCompletionSource<long>> _awaited = new();

    public async Task<AbortFacts> RunAsync(CancellationToken cancellation)
    {
        var cluster = await ScaleCluster.StartAsync(size, Plans.Long, time, cancellation).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            using var stopping = new CancellationTokenSource();
            var routes = new ListWatchCache(cluster.Api, ResourceKind.VirtualServices, null, null, new ListWatchOptions(), time, NullLogger<ListWatchCache>.Instance);
            routes.Changed += OnRoute;
            var watching = routes.RunAsync(stopping.Token);
            await cluster.StartEngineAsync(cancellation).ConfigureAwait(false);

            // the first are aborted first, and whoever was aborted gets its next image when its turn comes
            var analysed = new Queue<int>(Enumerable.Range(0, inProgress));
            var others = new Queue<int>(Enumerable.Range(inProgress, size.Rollouts - inProgress));
            await Parallel.ForEachAsync(
                analysed,
                new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
                async (number, token) => await cluster.ReleaseAsync(number, bad: false, token).ConfigureAwait(false)).ConfigureAwait(false);
            await cluster.UntilAsync(() => cluster.Fleet.Count(FleetWatch.IsAnalysed), inProgress, "Rollouts analysed", cancellation).ConfigureAwait(false);
            await Task.Delay(settling ?? UsualSettling, time, cancellation).ConfigureAwait(false);

            var before = (Facts: cluster.Engine.Facts(), At: time.GetTimestamp());
            var progress = new Progress("aborts", time);
            var (sent, answered) = (new List<TimeSpan>(), new List<TimeSpan>());
            for (var sample = 0; sample < samples; sample++)
            {
                var number = analysed.Dequeue();
                await AnalysedAsync(cluster, number, cancellation).ConfigureAwait(false);
                var (fromSent, fromAnswered) = await AbortAsync(cluster, number, cancellation).ConfigureAwait(false);
                sent.Add(fromSent);
                answered.Add(fromAnswered);
                others.Enqueue(number);

                var next = others.Dequeue();
                await cluster.ReleaseAsync(next, bad: false, cancellation).ConfigureAwait(false);
                analysed.Enqueue(next);
                progress.Show(sample + 1, samples);
                await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            }

            var facts = new AbortFacts
            {
                FromSent = [.. sent.Order()],
                FromAnswered = [.. answered.Order()],
                Core = (cluster.Engine.Facts().Processor - before.Facts.Processor) / time.GetElapsedTime(before.At),
                Analysed = cluster.Fleet.Count(FleetWatch.IsAnalysed),
            };
            await stopping.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
            return facts;
        }
    }

    private async Task AnalysedAsync(ScaleCluster cluster, int number, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (cluster.Fleet.Get(Shops.Key(number)) is not { } rollout || !FleetWatch.IsAnalysed(rollout))
        {
            if (time.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"{Shops.Key(number)} is not analysed: {(string?)cluster.Fleet.Get(Shops.Key(number))?["status"]?["message"]}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<(TimeSpan FromSent, TimeSpan FromAnswered)> AbortAsync(ScaleCluster cluster, int number, CancellationToken cancellation)
    {
        var seen = _awaited[Shops.Key(number)] = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = time.GetTimestamp();
        await cluster.CommandAsync(number, "abort", cancellation).ConfigureAwait(false);
        var answered = time.GetTimestamp();
        var at = await seen.Task.WaitAsync(Patience, time, cancellation).ConfigureAwait(false);
        _awaited.TryRemove(Shops.Key(number), out _);
        return (time.GetElapsedTime(sent, at), time.GetElapsedTime(answered, at));
    }

    private void OnRoute(CacheChange change)
    {
        var at = time.GetTimestamp();
        if (change.New is { } now && CandidateWeight(now) == 0 && _awaited.TryGetValue((change.Namespace ?? "", change.Name), out var awaited))
        {
            awaited.TrySetResult(at);
        }
    }

    private static int? CandidateWeight(JsonObject virtualService) => (int?)virtualService["spec"]?["http"]?[0]?["route"]?[1]?["weight"];
}
