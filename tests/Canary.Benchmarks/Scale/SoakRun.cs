using System.Text.Json.Nodes;
using Canary.Benchmarks.Idle;
using Canary.Kubernetes.Api;

namespace Canary.Benchmarks.Scale;

/// <summary>Whether the engine grows while rollouts come and go all the time.</summary>
/// <param name="size">The cluster.</param>
/// <param name="length">How long, the first third of which is not counted: caches, pools and compiled code fill then.</param>
/// <param name="beat">Time between two things that happen.</param>
/// <param name="sampling">Time between two looks at the memory.</param>
/// <param name="time">The clock.</param>
internal sealed class SoakRun(ScaleSize size, TimeSpan length, TimeSpan beat, TimeSpan sampling, TimeProvider time)
{
    private readonly Random _random = new(1);
    private readonly Dictionary<string, int> _done = [];

    public async Task<SoakFacts> RunAsync(CancellationToken cancellation)
    {
        var cluster = await ScaleCluster.StartAsync(size, Plans.Short, time, cancellation).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            await cluster.StartEngineAsync(cancellation).ConfigureAwait(false);
            var (started, before) = (time.GetTimestamp(), cluster.Engine.Facts());
            var samples = new List<(TimeSpan At, ProcessFacts Facts)>();
            var progress = new Progress("seconds of churn", time);
            while (time.GetElapsedTime(started) is var elapsed && elapsed < length)
            {
                if (samples.Count == 0 || elapsed - samples[^1].At >= sampling)
                {
                    samples.Add((elapsed, cluster.Engine.Facts()));
                }

                progress.Show((int)elapsed.TotalSeconds, (int)length.TotalSeconds);
                await ChurnAsync(cluster, cancellation).ConfigureAwait(false);
                await Task.Delay(beat, time, cancellation).ConfigureAwait(false);
            }

            samples.Add((time.GetElapsedTime(started), cluster.Engine.Facts()));
            var metrics = await cluster.Engine.MetricsAsync(cancellation).ConfigureAwait(false);
            return new SoakFacts
            {
                Samples = samples,
                Core = (samples[^1].Facts.Processor - before.Processor) / samples[^1].At,
                Done = _done,
                Passes = metrics.Sum("canary_reconcile_duration_seconds_count"),
                Requests = metrics.Sum("canary_kubernetes_requests_total"),
                Rounds = metrics.Sum("canary_measurement_rounds_total"),
                Outcomes = Outcomes(cluster),
            };
        }
    }

    /// <summary>One thing that happens to one of them: mostly a new image, of which one in four is bad; sometimes an order; sometimes a pod that is lost.</summary>
    private async Task ChurnAsync(ScaleCluster cluster, CancellationToken cancellation)
    {
        var number = _random.Next(size.Rollouts);
        var key = Shops.Key(number);
        var resting = cluster.Fleet.Get(key) is { } rollout && FleetWatch.Phase(rollout) is "Healthy" or "Degraded";
        var chance = _random.Next(10);
        try
        {
            switch (resting, chance)
            {
                case (true, < 7):
                    await cluster.ReleaseAsync(number, bad: chance < 2, cancellation).ConfigureAwait(false);
                    Count(chance < 2 ? "bad images" : "good images");
                    break;
                case (false, < 1):
                    await cluster.CommandAsync(number, "abort", cancellation).ConfigureAwait(false);
                    Count("aborts");
                    break;
                case (false, < 2):
                    await cluster.CommandAsync(number, "promote", cancellation).ConfigureAwait(false);
                    Count("promotions ordered");
                    break;
                case (_, >= 9):
                    await LosePodAsync(cluster, key, cancellation).ConfigureAwait(false);
                    Count("pods lost");
                    break;
            }
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            // the pod went by itself
        }
    }

    private static async Task LosePodAsync(ScaleCluster cluster, (string Namespace, string Name) key, CancellationToken cancellation)
    {
        var pods = await cluster.Api.ListAsync(ResourceKind.Pods, key.Namespace, $"app={key.Name}", cancellation).ConfigureAwait(false);
        if (pods.Items is [var pod, ..])
        {
            await cluster.Api.DeleteAsync(ResourceKind.Pods, key.Namespace, (string)pod["metadata"]!["name"]!, null, cancellation).ConfigureAwait(false); // it has a name
        }
    }

    private void Count(string what) => _done[what] = _done.GetValueOrDefault(what) + 1;

    private Dictionary<string, int> Outcomes(ScaleCluster cluster)
    {
        // each Rollout remembers its last ten
        var history = Enumerable.Range(0, size.Rollouts).Select(number => cluster.Fleet.Get(Shops.Key(number))).SelectMany(rollout => rollout?["status"]?["history"] as JsonArray ?? []);
        return history.GroupBy(entry => (string?)entry?["outcome"] ?? "").ToDictionary(group => group.Key, group => group.Count());
    }
}
