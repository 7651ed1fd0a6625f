using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Microsoft.Extensions.Logging;

namespace Canary.Kubernetes.Watching;

/// <summary>
/// A copy of the objects of one kind that follows the cluster by list and watch. Thread-safe; <see cref="RunAsync"/> runs once.
/// Objects are handed out without a copy and shared by all readers: treat them as read-only, and <c>DeepClone</c> before changing one.
/// </summary>
/// <remarks>
/// It lists again after 410, an ERROR event, an unreadable line or repeated failures, and then reports the deletions it missed; after an orderly close or a
/// broken connection it resumes where it was. The copy trails the cluster: a decision that must not act on old facts writes with a resourceVersion.
/// </remarks>
public sealed partial class ListWatchCache
{
    private readonly KubernetesApi _api;
    private readonly ResourceKind _kind;
    private readonly string? _namespace;
    private readonly string? _labelSelector;
    private readonly ListWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CacheStore _store;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CacheHealth _health = new(false, null, null, 0, null);
    private MissingRight? _told;
    private int _started;
    private long _openedAt;

    /// <summary>Prepares a cache; nothing is sent before <see cref="RunAsync"/>.</summary>
    /// <param name="api">The API to follow; not disposed.</param>
    /// <param name="kind">Kind of the objects.</param>
    /// <param name="namespace">Namespace; null follows all.</param>
    /// <param name="labelSelector">Label selector in Kubernetes' syntax, or null for every object.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">Clock of timeouts and pauses.</param>
    /// <param name="logger">Receives what went otherwise than asked.</param>
    public ListWatchCache(
        KubernetesApi api,
        ResourceKind kind,
        string? @namespace,
        string? labelSelector,
        ListWatchOptions options,
        TimeProvider time,
        ILogger<ListWatchCache> logger)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(options);
        _api = api;
        _kind = kind;
        _namespace = @namespace;
        _labelSelector = labelSelector;
        _options = options;
        _time = time;
        _logger = logger;
        _store = new CacheStore((index, read, exception) => LogIndexFailed(exception, _kind.Plural, read, index));
    }

    /// <summary>Tells every change, one at a time and in order, on the thread that caused it. A handler returns quickly; what it throws is logged.</summary>
    public event Action<CacheChange>? Changed;

    /// <summary>Completes when the first list has been taken over and told; cancelled when <see cref="RunAsync"/> ends before that.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Completes when the server has refused to show the objects, for want of a right; the cache keeps trying. Never, when it does not.</summary>
    public Task Refused => _refused.Task;

    /// <summary>How the cache is doing now.</summary>
    public CacheHealth Health
    {
        get
        {
            var health = Volatile.Read(ref _health);
            return StoodFor(Interlocked.Read(ref _openedAt)) ? health with { ConsecutiveFailures = 0, LastFailure = null, Missing = null } : health;
        }
    }

    /// <summary>Finds an object.</summary>
    /// <param name="ns">Its namespace; null for a kind that has none.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The object, read-only, or null when the cache has none of that name.</returns>
    public JsonObject? Get(string? ns, string name) => _store.Get(new ObjectKey(ns ?? string.Empty, name));

    /// <summary>All objects at this moment, in no particular order; read-only.</summary>
    /// <returns>A snapshot that later changes do not touch.</returns>
    public IReadOnlyCollection<JsonObject> List() => _store.List();

    /// <summary>Adds a secondary index.</summary>
    /// <param name="name">Its name; used once.</param>
    /// <param name="keysOf">The keys under which an object is found, any number. Pure and quick; an object for which it throws is logged and not indexed.</param>
    /// <exception cref="ArgumentException">The name is in use.</exception>
    public void AddIndex(string name, Func<JsonObject, IEnumerable<string>> keysOf)
    {
        ArgumentNullException.ThrowIfNull(keysOf);
        _store.AddIndex(name, keysOf);
    }

    /// <summary>Finds objects by a secondary key.</summary>
    /// <param name="name">Name of the index.</param>
    /// <param name="key">The key.</param>
    /// <returns>The objects, read-only, in no particular order; empty when there are none.</returns>
    /// <exception cref="ArgumentException">There is no such index.</exception>
    public IReadOnlyCollection<JsonObject> Lookup(string name, string key) => _store.Lookup(name, key);

    /// <summary>
    /// Takes the answer to our own write at once, so that the next look does not see the world before it. It is taken only when it is certainly newer than what
    /// the cache has; an older event that arrives later does not undo it. Before the first list, of another namespace, or (with a label selector) for an object
    /// the cache does not have, it is left to the watch.
    /// </summary>
    /// <param name="written">The object as the API server returned it; must not be changed afterwards.</param>
    /// <exception cref="ArgumentException">The object is of another kind, or has no name or version.</exception>
    public void Offer(JsonObject written)
    {
        ArgumentNullException.ThrowIfNull(written);
        if (!ObjectReader.IsComplete(_kind, written, out var problem))
        {
            throw new ArgumentException($"cannot take it into the cache of {_kind.Plural}: {problem}", nameof(written));
        }

        if ((_namespace is null || _namespace == (string?)written["metadata"]!["namespace"])
            && _store.Offer(written, mayAdd: string.IsNullOrEmpty(_labelSelector)))
        {
            Deliver();
        }
    }

    /// <summary>Follows the cluster until cancelled; failures of the API are logged, waited out and never thrown.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that completes, successfully, after cancellation.</returns>
    /// <exception cref="InvalidOperationException">It runs, or has run, already.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException($"the cache of {_kind.Plural} runs already");
        }

        try
        {
            await FollowAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // asked to stop
        }
        finally
        {
            _synced.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var mustList = true;
        while (true)
        {
            var end = await StepAsync(mustList, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (end.Failure is not { } failure)
            {
                mustList = false;
                continue;
            }

            var failures = Health.ConsecutiveFailures + 1;
            Volatile.Write(ref _health, Health with { ConsecutiveFailures = failures, LastFailure = failure.Message, Missing = failure.Missing });
            mustList = end.MustList || failures >= _options.RelistAfterFailures;
            if (failure.IsGone && failures == 1)
            {
                LogGone(_kind.Plural);
                continue; // ordinary after a long silence; worth a pause only when it repeats
            }

            var pause = Backoff.After(failures, _options.InitialBackoff, _options.MaxBackoff, failure.RetryAfter, _api.Jitter);
            Tell(failure, failures, pause, mustList);
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Tell(KubernetesApiException failure, int failures, TimeSpan pause, bool mustList)
    {
        if (failure.Missing is not null && failure.Missing == _told)
        {
            LogStillRefused(_kind.Plural, failure.Message, failures, pause); // said once: only a person can change it
            return;
        }

        LogFailed(_kind.Plural, failure.Message, failures, pause, mustList);
        _told = failure.Missing;
        if (_told is not null)
        {
            _refused.TrySetResult();
        }
    }

    /// <summary>One list, if needed, and one watch.</summary>
    private async Task<WatchEnd> StepAsync(bool mustList, CancellationToken cancellationToken)
    {
        try
        {
            if (mustList)
            {
                await RelistAsync(cancellationToken).ConfigureAwait(false);
                mustList = false;
            }

            return await WatchAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception)
        {
            // A refusal that is not passing (410 above all) means that the version is of no use; so does a stream that cannot be read.
            return new WatchEnd(exception, mustList || !exception.IsTransient || exception.Reason == KubernetesApiException.InvalidResponseReason);
        }
        finally
        {
            NoteClosed();
        }
    }

    private async Task RelistAsync(CancellationToken cancellationToken)
    {
        var mark = _store.Mark();
        var list = await _api.ListAsync(_kind, _namespace, _labelSelector, cancellationToken).ConfigureAwait(false);
        _store.Replace(list.Items, list.ResourceVersion, mark);
        Volatile.Write(ref _health, Health with { LastRelist = _time.GetUtcNow(), Synced = true, Missing = null });
        Deliver();
        if (_synced.TrySetResult())
        {
            LogSynced(_kind.Plural, list.Items.Count, list.ResourceVersion);
        }
        else
        {
            LogRelisted(_kind.Plural, list.Items.Count, list.ResourceVersion);
        }
    }

    private async Task<WatchEnd> WatchAsync(CancellationToken cancellationToken)
    {
        var timeout = _options.WatchTimeout * (1 + (0.25 * _api.Jitter.Next()));
        var version = _store.Position!; // set by the list that comes before every first watch
        var request = new WatchRequest(_kind, _namespace, _labelSelector, version, timeout, timeout + _options.WatchGrace);
        var started = _time.GetTimestamp();
        var heard = false;
        await foreach (var line in _api.WatchLinesAsync(request, NoteOpened, cancellationToken).ConfigureAwait(false))
        {
            switch (WatchEvent.Parse(_kind, line))
            {
                case WatchEvent.Present present:
                    _store.Take(present.Object);
                    break;
                case WatchEvent.Gone gone:
                    _store.TakeDeletion(gone.Object);
                    break;
                case WatchEvent.Bookmark bookmark:
                    _store.Bookmark(bookmark.ResourceVersion);
                    break;
                case WatchEvent.Poison poison:
                    LogPoison(_kind.Plural, poison.Problem);
                    if (poison.ResourceVersion is { } passed)
                    {
                        _store.Bookmark(passed); // or every resumption would meet it again
                    }

                    break;
                case WatchEvent.Failed failed:
                    return new WatchEnd(failed.Reason, MustList: true);
                default:
                    return new WatchEnd(
                        new KubernetesApiException(200, KubernetesApiException.InvalidResponseReason, $"watch of {_kind.Plural}: a line is not an event"),
                        MustList: true);
            }

            heard = true;
            _told = null;
            Volatile.Write(ref _health, Health with { LastEvent = _time.GetUtcNow(), ConsecutiveFailures = 0, LastFailure = null, Missing = null });
            Deliver();
        }

        return heard || _time.GetElapsedTime(started) >= _options.ShortWatch
            ? new WatchEnd(null, MustList: false)
            : new WatchEnd(new KubernetesApiException(0, "WatchTooShort", $"watch of {_kind.Plural}: closed at once"), MustList: false);
    }

    private void NoteOpened() => Interlocked.Exchange(ref _openedAt, _time.GetTimestamp());

    /// <summary>A watch that stood for a while was a success, however it ended.</summary>
    private void NoteClosed()
    {
        if (StoodFor(Interlocked.Exchange(ref _openedAt, 0)))
        {
            Volatile.Write(ref _health, Health with { ConsecutiveFailures = 0, LastFailure = null, Missing = null });
        }
    }

    private bool StoodFor(long openedAt) => openedAt != 0 && _time.GetElapsedTime(openedAt) >= _options.ShortWatch;

    private void Deliver() => _store.Deliver(change =>
    {
        foreach (var handler in Delegate.EnumerateInvocationList(Changed))
        {
            try
            {
                handler(change);
            }
            catch (Exception exception)
            {
                // One listener's mistake must not cost the others their news, nor the cache its stream.
                LogHandlerFailed(exception, _kind.Plural, change.Kind, change.Namespace, change.Name);
            }
        }
    });

    [LoggerMessage(EventId = 2100, Level = LogLevel.Debug, Message = "Synced {Resource}: {Count} objects at {ResourceVersion}")]
    private partial void LogSynced(string resource, int count, string resourceVersion);

    [LoggerMessage(EventId = 2101, Level = LogLevel.Debug, Message = "Listed {Resource} again: {Count} objects at {ResourceVersion}")]
    private partial void LogRelisted(string resource, int count, string resourceVersion);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Debug, Message = "Watch of {Resource} was too far behind; listing again")]
    private partial void LogGone(string resource);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Warning,
        Message = "Lost the watch of {Resource}: {Reason} (failure {Failures} in a row); going on in {Delay}, listing again: {Relist}")]
    private partial void LogFailed(string resource, string reason, int failures, TimeSpan delay, bool relist);

    [LoggerMessage(EventId = 2104, Level = LogLevel.Warning, Message = "Skipped an event of {Resource}: {Reason}")]
    private partial void LogPoison(string resource, string reason);

    [LoggerMessage(EventId = 2105, Level = LogLevel.Error, Message = "A listener failed on {Resource} {Change} {Namespace}/{Name}")]
    private partial void LogHandlerFailed(Exception exception, string resource, CacheChangeKind change, string? @namespace, string name);

    [LoggerMessage(EventId = 2106, Level = LogLevel.Warning, Message = "Left {Resource} {Object} out of index {Index}")]
    private partial void LogIndexFailed(Exception exception, string resource, string @object, string index);

    [LoggerMessage(EventId = 2107, Level = LogLevel.Debug, Message = "May still not follow {Resource}: {Reason} (failure {Failures} in a row); trying again in {Delay}")]
    private partial void LogStillRefused(string resource, string reason, int failures, TimeSpan delay);

    private readonly record struct WatchEnd(KubernetesApiException? Failure, bool MustList);
}
