using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox;
using Canary.Sandbox.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canary.Benchmarks.Idle;

/// <summary>What the engine costs while nothing happens: a process of its own beside a cluster in this process.</summary>
internal sealed class IdleRun(int rollouts, int replicas, TimeSpan window, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _log = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"canary-benchmarks-{Environment.ProcessId}.log"));

    public async Task<IReadOnlyList<IdleFacts>> RunAsync(CancellationToken cancellation)
    {
        var options = new SandboxOptions { Engine = false, DataPlane = new DataPlaneOptions { Nodes = new NodeOptions { Listen = false }, Mesh = null } };
        var cluster = await SandboxCluster.StartAsync(options, time, NullLoggerFactory.Instance, cancellation).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            await cluster.ApplyAsync(EmbeddedManifests.Objects("templates/golden-signals.yaml"), cancellation).ConfigureAwait(false);
            var facts = new List<IdleFacts> { await MeasureAsync("no Rollouts", cluster, 0, [], cancellation).ConfigureAwait(false) };
            await PrepareAsync(cluster, cancellation).ConfigureAwait(false);
            facts.Add(await MeasureAsync($"{rollouts} Rollouts, first start: all are taken over", cluster, rollouts, [], cancellation).ConfigureAwait(false));
            facts.Add(await MeasureAsync($"{rollouts} Rollouts, cold restart", cluster, rollouts, [], cancellation).ConfigureAwait(false));
            facts.Add(await MeasureAsync(
                $"{rollouts} Rollouts, cold restart with `DOTNET_gcServer=0`", cluster, rollouts, new() { ["DOTNET_gcServer"] = "0" }, cancellation).ConfigureAwait(false));
            return facts;
        }
    }

    public void Dispose() => File.Delete(_log);

    private async Task PrepareAsync(SandboxCluster cluster, CancellationToken cancellation)
    {
        var shops = new Shops(cluster, rollouts, replicas);
        var creating = new Progress("objects created", time);
        var serving = new DoneWatch(
            cluster.Api, ResourceKind.Deployments, deployment => deployment["status"]?["availableReplicas"]?.GetValue<int>() == replicas, time, NullLoggerFactory.Instance);
        await using (serving.ConfigureAwait(false))
        {
            await shops.CreateWorkloadsAsync(count => creating.Show(count, 4 * rollouts), cancellation).ConfigureAwait(false);
            await serving.UntilAsync(rollouts, Patience, new Progress("Deployments available", time), time, cancellation).ConfigureAwait(false);
        }

        await shops.CreateRolloutsAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<IdleFacts> MeasureAsync(string what, SandboxCluster cluster, int expected, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        Console.WriteLine(what);
        var healthy = new DoneWatch(cluster.Api, ResourceKind.Rollouts, IsHealthy, time, NullLoggerFactory.Instance);
        await using (healthy.ConfigureAwait(false))
        {
            var engine = EngineProcess.Start(cluster.Kubeconfig, _log, environment, time);
            await using (engine.ConfigureAwait(false))
            {
                var ready = await engine.ReadyAsync(cancellation).ConfigureAwait(false);
                await healthy.UntilAsync(expected, Patience, new Progress("Rollouts healthy", time), time, cancellation).ConfigureAwait(false);
                await LookedAtAsync(engine, expected, cancellation).ConfigureAwait(false);
                var settled = engine.SinceStart;
                var busy = engine.Facts();

                await Task.Delay(Settling, time, cancellation).ConfigureAwait(false);
                Console.WriteLine($"measuring for {window.TotalSeconds:0} s");
                var before = (Metrics: await engine.MetricsAsync(cancellation).ConfigureAwait(false), Facts: engine.Facts(), At: time.GetTimestamp());
                await Task.Delay(window, time, cancellation).ConfigureAwait(false);
                var (after, elapsed) = (engine.Facts(), time.GetElapsedTime(before.At));
                var metrics = await engine.MetricsAsync(cancellation).ConfigureAwait(false);
                if (healthy.Done < expected)
                {
                    throw new InvalidOperationException($"{expected - healthy.Done} Rollouts did not stay healthy");
                }

                return new IdleFacts
                {
                    What = what,
                    Ready = ready,
                    Settled = settled,
                    SettledProcessor = busy.Processor,
                    Facts = after,
                    Core = (after.Processor - before.Facts.Processor) / elapsed,
                    Passes = metrics.Sum("canary_reconcile_duration_seconds_count") - before.Metrics.Sum("canary_reconcile_duration_seconds_count"),
                    Requests = metrics.Growth("canary_kubernetes_requests_total", before.Metrics),
                };
            }
        }
    }

    /// <summary>Waits until every Rollout had a pass, and nothing waits for a worker.</summary>
    private async Task LookedAtAsync(EngineProcess engine, int expected, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var metrics = await engine.MetricsAsync(cancellation).ConfigureAwait(false);
            var waiting = metrics.Sum("""canary_queue_depth{lane="urgent"}""") + metrics.Sum("""canary_queue_depth{lane="ordinary"}""");
            if (metrics.Sum("canary_reconcile_duration_seconds_count") >= expected && waiting == 0)
            {
                return;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"{waiting} Rollouts still wait for a pass");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsHealthy(JsonObject rollout) => rollout["status"]?["phase"]?.GetValue<string>() == "Healthy";
}
