using Canary.Benchmarks.Idle;

namespace Canary.Benchmarks.Scale;

/// <summary>How the rounds of many analyses keep to their times, and what they cost.</summary>
/// <param name="size">The cluster.</param>
/// <param name="inProgress">How many are analysed.</param>
/// <param name="window">How long is measured.</param>
/// <param name="time">The clock.</param>
/// <param name="settling">Time before; null takes half a minute.</param>
internal sealed class TicksRun(ScaleSize size, int inProgress, TimeSpan window, TimeProvider time, TimeSpan? settling = null)
{
    /// <summary>The first rounds are not like the others: pods are young, and everything is new.</summary>
    private static readonly TimeSpan UsualSettling = TimeSpan.FromSeconds(30);

    public async Task<TicksFacts> RunAsync(CancellationToken cancellation)
    {
        var cluster = await ScaleCluster.StartAsync(size, Plans.Long, time, cancellation).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            await cluster.StartEngineAsync(cancellation).ConfigureAwait(false);
            var idle = cluster.Engine.Facts();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, inProgress),
                new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
                async (number, token) => await cluster.ReleaseAsync(number, bad: false, token).ConfigureAwait(false)).ConfigureAwait(false);
            await cluster.UntilAsync(() => cluster.Fleet.Count(FleetWatch.IsAnalysed), inProgress, "Rollouts analysed", cancellation).ConfigureAwait(false);
            await Task.Delay(settling ?? UsualSettling, time, cancellation).ConfigureAwait(false);

            Console.WriteLine($"measuring for {window.TotalSeconds:0} s");
            var before = (Metrics: await cluster.Engine.MetricsAsync(cancellation).ConfigureAwait(false), Facts: cluster.Engine.Facts(), At: time.GetTimestamp());
            await Task.Delay(window, time, cancellation).ConfigureAwait(false);
            var (facts, elapsed) = (cluster.Engine.Facts(), time.GetElapsedTime(before.At));
            var metrics = await cluster.Engine.MetricsAsync(cancellation).ConfigureAwait(false);
            if (cluster.Fleet.Count(FleetWatch.IsAnalysed) is var still && still < inProgress)
            {
                throw new InvalidOperationException($"{inProgress - still} Rollouts did not stay in their analysis");
            }

            return new TicksFacts
            {
                Started = DelayShares.Of(metrics, before.Metrics, "started"),
                Counted = DelayShares.Of(metrics, before.Metrics, "counted"),
                Core = (facts.Processor - before.Facts.Processor) / elapsed,
                Elapsed = elapsed,
                Idle = idle,
                Facts = facts,
                Requests = metrics.Growth("canary_kubernetes_requests_total", before.Metrics),
                Passes = metrics.Growth("canary_reconcile_duration_seconds_count", before.Metrics),
                Rounds = metrics.Growth("canary_measurement_rounds_total", before.Metrics),
            };
        }
    }
}
