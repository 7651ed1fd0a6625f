using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace Canary.Kubernetes.Store;

/// <summary>Reads Rollouts from caches and stores what the engine remembers in their status. Thread-safe.</summary>
/// <remarks>Before the caches are ready there are no Rollouts: half a picture of the cluster would look like a changed one. All are told as changed once they are.</remarks>
public sealed partial class KubernetesRolloutStore : IRolloutStore
{
    private readonly KubernetesApi _api;
    private readonly ClusterCaches _caches;
    private readonly SnapshotReader _reader;
    private readonly ILogger _logger;
    private volatile string? _refusal;

    internal KubernetesRolloutStore(KubernetesApi api, ClusterCaches caches, SnapshotReader reader, ILogger<KubernetesRolloutStore> logger)
    {
        _api = api;
        _caches = caches;
        _reader = reader;
        _logger = logger;
        new RolloutChanges(caches, (key, urgent) => Changed?.Invoke(key, urgent)).Listen();
    }

    /// <inheritdoc />
    public event Action<RolloutKey, bool>? Changed;

    /// <summary>Completes when every cache was filled; kinds of Istio that the cluster does not know are not waited for. Cancelled when the host stops before.</summary>
    public Task Ready => _caches.Ready;

    /// <summary>Why the caches trail the cluster, or that a status may not be stored, in one sentence; null while all is well.</summary>
    public string? Trouble => _caches.Trouble() ?? _refusal;

    /// <inheritdoc />
    public IReadOnlyCollection<RolloutKey> List() =>
        _caches.IsReady ? [.. _caches.Rollouts.List().Select(rollout => new RolloutKey(rollout.NamespaceOf(), rollout.NameOf()))] : [];

    /// <inheritdoc />
    public Snapshot? Observe(RolloutKey key, DateTimeOffset at) => _caches.IsReady ? _reader.Read(key, at) : null;

    /// <inheritdoc />
    public async Task<StoreResult> StoreStatusAsync(Snapshot snapshot, RolloutStatus status, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(status);
        var key = snapshot.Observation.Key;
        if (_caches.Rollouts.Get(key.Namespace, key.Name) is not { } present || present.UidOf() != snapshot.Uid)
        {
            return StoreResult.Gone;
        }

        var written = _reader.IsUnreadable(present) ? RolloutStatusJson.WriteBeside(status, present) : RolloutStatusJson.Write(status);
        return await PutAsync(ResourceKind.Rollouts, present, snapshot.Version, written, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<StoreResult> StoreEvidenceAsync(Snapshot snapshot, AnalysisState state, Verdict verdict, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(verdict);
        var key = snapshot.Observation.Key;
        if (snapshot.Analysis is not { } analysis || _caches.AnalysisRuns.Get(key.Namespace, analysis.Name) is not { } present || present.ControllerUid() != snapshot.Uid)
        {
            return StoreResult.Gone;
        }

        return await PutAsync(ResourceKind.AnalysisRuns, present, analysis.Version, AnalysisRunJson.Status(present, state, verdict), cancellation).ConfigureAwait(false);
    }

    /// <summary>Replaces the status, always: an unchanged one costs the server no write, and tells whether we still are who may write.</summary>
    private async Task<StoreResult> PutAsync(ResourceKind kind, JsonObject present, string version, JsonObject status, CancellationToken cancellation)
    {
        var body = present.DeepClone().AsObject();
        body["metadata"]!["resourceVersion"] = version; // an object without metadata is in no cache
        body["status"] = status;
        var title = $"{kind.Kind} {present.NamespaceOf()}/{present.NameOf()}";
        try
        {
            _caches.Offer(await _api.ReplaceStatusAsync(kind, body, cancellation).ConfigureAwait(false));
            _refusal = null;
            return StoreResult.Stored;
        }
        catch (KubernetesApiException exception) when (exception.IsConflict)
        {
            await CatchUpAsync(kind, present, cancellation).ConfigureAwait(false);
            return StoreResult.LostRace;
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return StoreResult.Gone;
        }
        catch (KubernetesApiException exception)
        {
            LogNotStored(title, exception.Message);
            _refusal = exception.Missing is null ? _refusal : exception.Message;
            return StoreResult.Failed;
        }
    }

    /// <summary>Whoever lost a race looks again at once, and should then see who won it.</summary>
    private async Task CatchUpAsync(ResourceKind kind, JsonObject present, CancellationToken cancellation)
    {
        try
        {
            if (await _api.FindAsync(kind, present.NamespaceOf(), present.NameOf(), cancellation).ConfigureAwait(false) is { } fresh)
            {
                _caches.Offer(fresh);
            }
        }
        catch (KubernetesApiException exception)
        {
            LogNotReadAgain(kind.Kind, exception.Message);
        }
    }

    [LoggerMessage(EventId = 2310, Level = LogLevel.Warning, Message = "Could not store the status of {Object}: {Reason}")]
    private partial void LogNotStored(string @object, string reason);

    [LoggerMessage(EventId = 2311, Level = LogLevel.Debug, Message = "Could not read a {Kind} again after a lost race: {Reason}")]
    private partial void LogNotReadAgain(string kind, string reason);
}
