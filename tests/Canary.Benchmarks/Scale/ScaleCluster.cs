using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Canary.Benchmarks.Idle;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Sandbox;
using Canary.Sandbox.ApiServer;
using Canary.Sandbox.Nodes;
using Canary.Testing.ControlPlanes;
using Microsoft.Extensions.Logging.Abstractions;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Benchmarks.Scale;

/// <summary>A cluster with many workloads whose pods serve only their metrics, and with the engine as a process of its own. One caller.</summary>
internal sealed class ScaleCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly ControlPlane? _plane;
    private readonly ScrapedPods _scraped;
    private readonly string _log = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"canary-benchmarks-{Environment.ProcessId}.log"));
    private readonly int[] _tags;
    private EngineProcess? _engine;
    private FleetWatch? _fleet;

    private ScaleCluster(ScaleSize size, TimeProvider time, ControlPlane? plane, SandboxCluster sandbox, ScrapedPods scraped)
    {
        Size = size;
        _time = time;
        _plane = plane;
        Sandbox = sandbox;
        _scraped = scraped;
        _tags = new int[size.Rollouts];
    }

    public ScaleSize Size { get; }

    public SandboxCluster Sandbox { get; }

    public KubernetesApi Api => Sandbox.Api;

    /// <summary>How often a pod was read so far.</summary>
    public long Reads => _scraped.Reads;

    /// <summary>The engine, once it was started.</summary>
    public EngineProcess Engine => _engine ?? throw new InvalidOperationException("the engine was not started");

    /// <summary>What is seen of the Rollouts, once the engine was started.</summary>
    public FleetWatch Fleet => _fleet ?? throw new InvalidOperationException("the engine was not started");

    /// <summary>Starts the servers and creates the workloads and their Rollouts; the engine not yet.</summary>
    public static async Task<ScaleCluster> StartAsync(ScaleSize size, string strategy, TimeProvider time, CancellationToken cancellation)
    {
        if (size.Real && ControlPlanePrograms.WhyAbsent is { } why)
        {
            throw new InvalidOperationException(why);
        }

        var plane = size.Real ? await ControlPlane.StartAsync(time, plane => InstallIstioAsync(plane, time), cancellation).ConfigureAwait(false) : null;
        SandboxCluster? sandbox = null;
        try
        {
            var port = ScrapedPods.FreePort();
            var nodes = new NodeOptions { Listen = false, StartDelay = TimeSpan.Zero, SidecarPort = port, FirstNetwork = 100 };
            sandbox = await SandboxCluster.StartAsync(
                new SandboxOptions { Engine = false, Kubeconfig = plane?.Kubeconfig, DataPlane = new DataPlaneOptions { Nodes = nodes, Mesh = null } }, time, NullLoggerFactory.Instance, cancellation)
                .ConfigureAwait(false);
            var scraped = await ScrapedPods.StartAsync(sandbox.Api, port, time, cancellation).ConfigureAwait(false);
            var cluster = new ScaleCluster(size, time, plane, sandbox, scraped);
            await cluster.PrepareAsync(strategy, cancellation).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await EndAsync(sandbox, plane).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the engine and waits until every Rollout is healthy.</summary>
    public async Task StartEngineAsync(CancellationToken cancellation)
    {
        _fleet = new FleetWatch(Api, _time);
        _engine = EngineProcess.Start(Sandbox.Kubeconfig, _log, new Dictionary<string, string>(), _time);
        await _engine.ReadyAsync(cancellation).ConfigureAwait(false);
        await UntilAsync(() => Fleet.Count(rollout => FleetWatch.Phase(rollout) == "Healthy"), Size.Rollouts, "Rollouts healthy", cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives a workload an image that it never had.</summary>
    /// <param name="number">Which.</param>
    /// <param name="bad">Whether its requests fail.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task ReleaseAsync(int number, bool bad, CancellationToken cancellation)
    {
        var (ns, name) = Shops.Key(number);
        var image = string.Create(CultureInfo.InvariantCulture, $"shop/{name}:v{++_tags[number] + 1}{(bad ? PodCounters.BadTag : "")}");
        JsonNode patch = new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = "/spec/template/spec/containers/0/image", ["value"] = image });
        await Api.PatchAsync(ResourceKind.Deployments, ns, name, PatchKind.JsonPatch, patch, null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives an order.</summary>
    public Task CommandAsync(int number, string command, CancellationToken cancellation)
    {
        var (ns, name) = Shops.Key(number);
        JsonNode patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["canary.dev/command"] = command } } };
        return Api.PatchAsync(ResourceKind.Rollouts, ns, name, PatchKind.MergePatch, patch, null, cancellation);
    }

    /// <summary>Waits until a count is reached, and tells how far it is.</summary>
    /// <exception cref="TimeoutException">The count has stood still for five minutes; a sentence on one Rollout is in the message.</exception>
    public async Task UntilAsync(Func<int> count, int wanted, string what, CancellationToken cancellation)
    {
        var progress = new Progress(what, _time);
        var (last, since) = (-1, _time.GetTimestamp());
        while (count() is var done && done < wanted)
        {
            if (done != last)
            {
                (last, since) = (done, _time.GetTimestamp());
                progress.Show(done, wanted);
            }

            if (_time.GetElapsedTime(since) > Patience)
            {
                var one = Enumerable.Range(0, Size.Rollouts).Select(number => Fleet.Get(Shops.Key(number))).FirstOrDefault(rollout => rollout is not null);
                throw new TimeoutException($"only {done} of {wanted} {what}, and no more for {Patience}; one says: {(string?)one?["status"]?["message"]}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellation).ConfigureAwait(false);
        }

        progress.Show(wanted, wanted);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_engine, _fleet, _scraped, Sandbox, _plane).ConfigureAwait(false);
        File.Delete(_log);
    }

    private static async Task EndAsync(params IAsyncDisposable?[] parts)
    {
        foreach (var part in parts.OfType<IAsyncDisposable>())
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task PrepareAsync(string strategy, CancellationToken cancellation)
    {
        await Sandbox.ApplyAsync(EmbeddedManifests.Objects("templates/golden-signals.yaml"), cancellation).ConfigureAwait(false);
        var shops = new Shops(Sandbox, Size.Rollouts, Size.Replicas, strategy);
        var creating = new Progress("objects created", _time);
        var serving = new DoneWatch(
            Api, ResourceKind.Deployments, deployment => deployment["status"]?["availableReplicas"]?.GetValue<int>() == Size.Replicas, _time, NullLoggerFactory.Instance);
        await using (serving.ConfigureAwait(false))
        {
            await shops.CreateWorkloadsAsync(count => creating.Show(count, 4 * Size.Rollouts), cancellation).ConfigureAwait(false);
            await serving.UntilAsync(Size.Rollouts, 2 * Patience, new Progress("Deployments available", _time), _time, cancellation).ConfigureAwait(false);
        }

        await shops.CreateRolloutsAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task InstallIstioAsync(ControlPlane plane, TimeProvider time)
    {
        const string path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        using var client = plane.NewClient(ControlPlane.Administrator);
        foreach (var definition in EmbeddedManifests.Definitions().Append(IstioDefinitions.Yaml).SelectMany(YamlTree.ParseAll).OfType<JsonObject>())
        {
            using var answer = await client.PostAsJsonAsync(path, definition).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync().ConfigureAwait(false));
            }

            while (!IsEstablished(JsonNode.Parse(await client.GetStringAsync($"{path}/{(string)definition["metadata"]!["name"]!}").ConfigureAwait(false)))) // it was created with its name
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), time).ConfigureAwait(false);
            }
        }
    }

    private static bool IsEstablished(JsonNode? definition) =>
        (definition?["status"]?["conditions"] as JsonArray)?.Any(condition => (string?)condition?["type"] == "Established" && (string?)condition["status"] == "True") == true;
}
