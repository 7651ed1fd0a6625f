using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace Canary.Kubernetes.Store;

/// <summary>The cache of a kind that may not be installed, or only in an older version. Thread-safe; <see cref="RunAsync"/> runs once.</summary>
internal sealed partial class MeshCache
{
    /// <summary>Objects of one namespace.</summary>
    public const string NamespaceIndex = "namespace";

    private static readonly string[] OlderVersions = ["v1beta1", "v1alpha3"];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly KubernetesApi _api;
    private readonly ResourceKind _preferred;
    private readonly string? _namespace;
    private readonly ListWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ListWatchCache? _cache;
    private volatile ResourceKind? _kind;

    public MeshCache(KubernetesApi api, ResourceKind preferred, string? @namespace, ListWatchOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _api = api;
        _preferred = preferred;
        _namespace = @namespace;
        _options = options;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<MeshCache>();
    }

    /// <summary>Tells every change, as <see cref="ListWatchCache.Changed"/> does.</summary>
    public event Action<CacheChange>? Changed;

    /// <summary>Completes when the objects were read, or when it is certain that the cluster does not know the kind.</summary>
    public Task Known => _known.Task;

    /// <summary>The kind in the version that is served; the preferred one while none is.</summary>
    public ResourceKind Kind => _kind ?? _preferred;

    /// <summary>Whether the objects were read.</summary>
    public bool Synced => _cache is { Synced.IsCompletedSuccessfully: true };

    /// <summary>How the cache is doing now; null while the kind is not served.</summary>
    public CacheHealth? Health => _cache?.Health;

    /// <summary>Finds an object; null when there is none.</summary>
    public JsonObject? Get(string ns, string name) => _cache?.Get(ns, name);

    /// <summary>All objects of a namespace.</summary>
    public IReadOnlyList<JsonObject> In(string ns) => _cache is { } cache ? [.. cache.Lookup(NamespaceIndex, ns)] : [];

    /// <summary>Takes the answer to our own write at once.</summary>
    public void Offer(JsonObject written) => _cache?.Offer(written);

    /// <summary>Finds the served version, then follows the cluster, until cancelled; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await ResolveAsync(cancellationToken).ConfigureAwait(false) is { } kind)
            {
                _kind = kind;
                var cache = new ListWatchCache(_api, kind, _namespace, null, _options, _time, _loggers.CreateLogger<ListWatchCache>());
                cache.AddIndex(NamespaceIndex, read => [Resources.JsonReading.NamespaceOf(read)]);
                cache.Changed += change => Changed?.Invoke(change);
                _cache = cache;
                _ = cache.Synced.ContinueWith(
                    synced => synced.IsCompletedSuccessfully && _known.TrySetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                await cache.RunAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // asked to stop
        }
    }

    private async Task<ResourceKind?> ResolveAsync(CancellationToken cancellationToken)
    {
        var told = false;
        while (true)
        {
            try
            {
                if (await _api.ResolveServedAsync(_preferred, OlderVersions, cancellationToken).ConfigureAwait(false) is { } kind)
                {
                    return kind;
                }

                if (!told)
                {
                    LogMissing(_preferred.Plural, _preferred.Group);
                    told = true;
                }

                _known.TrySetResult();
            }
            catch (KubernetesApiException exception)
            {
                LogFailed(_preferred.Plural, exception.Message);
            }

            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 2300, Level = LogLevel.Warning, Message = "The cluster does not know {Resource} of {Group}; looking again until it does")]
    private partial void LogMissing(string resource, string group);

    [LoggerMessage(EventId = 2301, Level = LogLevel.Warning, Message = "Could not find out which version of {Resource} is served: {Reason}")]
    private partial void LogFailed(string resource, string reason);
}
