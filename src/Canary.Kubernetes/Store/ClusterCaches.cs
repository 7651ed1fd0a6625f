using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Watching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Canary.Kubernetes.Store;

/// <summary>Copies of everything that rollouts are decided on. Runs with the host. Thread-safe.</summary>
internal sealed partial class ClusterCaches : BackgroundService
{
    /// <summary>Objects by the uid of the owner that controls them.</summary>
    public const string OwnerIndex = "owner";

    /// <summary>Rollouts by what they refer to, see <see cref="References"/>.</summary>
    public const string ReferenceIndex = "reference";

    private readonly ILogger _logger;
    private readonly string? _namespace;
    private readonly List<ListWatchCache> _plain;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterCaches(KubernetesApi api, string? ns, ListWatchOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _namespace = ns;
        _logger = loggers.CreateLogger<ClusterCaches>();
        ListWatchCache Make(ResourceKind kind) =>
            new(api, kind, kind.Namespaced ? ns : null, null, options, time, loggers.CreateLogger<ListWatchCache>());

        Rollouts = Make(ResourceKind.Rollouts);
        Deployments = Make(ResourceKind.Deployments);
        ReplicaSets = Make(ResourceKind.ReplicaSets);
        Pods = Make(ResourceKind.Pods);
        Services = Make(ResourceKind.Services);
        AnalysisTemplates = Make(ResourceKind.AnalysisTemplates);
        ClusterAnalysisTemplates = Make(ResourceKind.ClusterAnalysisTemplates);
        AnalysisRuns = Make(ResourceKind.AnalysisRuns);
        VirtualServices = new MeshCache(api, ResourceKind.VirtualServices, ns, options, time, loggers);
        DestinationRules = new MeshCache(api, ResourceKind.DestinationRules, ns, options, time, loggers);
        _plain = [Rollouts, Deployments, ReplicaSets, Pods, Services, AnalysisTemplates, ClusterAnalysisTemplates, AnalysisRuns];

        Rollouts.AddIndex(ReferenceIndex, References.Of);
        foreach (var owned in new[] { ReplicaSets, Pods, AnalysisRuns })
        {
            owned.AddIndex(OwnerIndex, read => read.ControllerUid() is { } uid ? [uid] : []);
        }
    }

    public ListWatchCache Rollouts { get; }

    public ListWatchCache Deployments { get; }

    public ListWatchCache ReplicaSets { get; }

    public ListWatchCache Pods { get; }

    public ListWatchCache Services { get; }

    public ListWatchCache AnalysisTemplates { get; }

    public ListWatchCache ClusterAnalysisTemplates { get; }

    public ListWatchCache AnalysisRuns { get; }

    public MeshCache VirtualServices { get; }

    public MeshCache DestinationRules { get; }

    /// <summary>Completes when every cache was filled, or is known to have nothing to be filled with; cancelled when the host stops before.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Whether decisions may be made on what is here.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <summary>Takes an object as stored or read just now, whatever its kind, so that the next look does not see the world before it.</summary>
    public void Offer(JsonObject written)
    {
        switch (written.At("kind").AsText())
        {
            case "Rollout":
                Rollouts.Offer(written);
                break;
            case "Deployment":
                Deployments.Offer(written);
                break;
            case "ReplicaSet":
                ReplicaSets.Offer(written);
                break;
            case "AnalysisRun":
                AnalysisRuns.Offer(written);
                break;
            case "VirtualService":
                VirtualServices.Offer(written);
                break;
            case "DestinationRule":
                DestinationRules.Offer(written);
                break;
        }
    }

    /// <summary>The right without which ClusterAnalysisTemplates cannot be read; null while they can, and where nothing goes on without them.</summary>
    /// <remarks>A Role of one namespace cannot give it, so that an engine of one namespace works without.</remarks>
    public MissingRight? MissingForClusterTemplates => _namespace is null ? null : ClusterAnalysisTemplates.Health.Missing;

    /// <summary>Whether a cache has lost the cluster for so long that people should know, or may not read it, and why; null when all are well.</summary>
    public string? Trouble()
    {
        var needed = _plain.Where(cache => cache != ClusterAnalysisTemplates || MissingForClusterTemplates is null).Select(cache => cache.Health);
        var failing = needed.Append(VirtualServices.Health).Append(DestinationRules.Health).FirstOrDefault(health => health is { ConsecutiveFailures: >= 5 } or { Missing: not null });
        return failing?.LastFailure;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = _plain.Select(cache => cache.RunAsync(stoppingToken)).Append(VirtualServices.RunAsync(stoppingToken)).Append(DestinationRules.RunAsync(stoppingToken)).ToList();
        try
        {
            await Task.WhenAll(_plain.Select(Settled).Append(VirtualServices.Known).Append(DestinationRules.Known)).WaitAsync(stoppingToken).ConfigureAwait(false);
            var rollouts = Rollouts.List().Count;
            LogReady(rollouts);
            _ready.TrySetResult();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _ready.TrySetCanceled(CancellationToken.None);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    private Task Settled(ListWatchCache cache) =>
        cache == ClusterAnalysisTemplates && _namespace is not null ? Task.WhenAny(cache.Synced, cache.Refused) : cache.Synced;

    [LoggerMessage(EventId = 2302, Level = LogLevel.Information, Message = "Read the cluster: {Count} Rollouts")]
    private partial void LogReady(int count);
}
