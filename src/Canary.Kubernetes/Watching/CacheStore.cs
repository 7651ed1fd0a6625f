using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Watching;

/// <summary>
/// The objects of a cache and the order in which lists, events and our own writes may replace each other. Thread-safe.
/// Changes are queued under the same lock that makes them, so that they are told in the order in which they happened.
/// </summary>
internal sealed class CacheStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Entry> _entries = [];
    private readonly Queue<CacheChange> _changes = [];
    private readonly Dictionary<ObjectKey, ObjectVersion> _deleted = [];
    private readonly Queue<ObjectKey> _deletedOrder = [];
    private readonly CacheIndexes _indexes;
    private readonly int _maxDeleted;
    private JsonObject[]? _snapshot;
    private ObjectVersion? _listed;
    private ObjectVersion? _position;
    private long _offers;
    private bool _delivering;

    /// <param name="indexFailed">Told about an index function that threw: index, object, exception.</param>
    /// <param name="maxDeleted">How many deletions are remembered, so that stale news cannot bring an object back.</param>
    public CacheStore(Action<string, string, Exception> indexFailed, int maxDeleted = 4096)
    {
        _indexes = new CacheIndexes(indexFailed);
        _maxDeleted = maxDeleted;
    }

    /// <summary>Up to where the server has told us everything; null before the first list.</summary>
    public string? Position
    {
        get
        {
            lock (_lock)
            {
                return _position?.Text;
            }
        }
    }

    public JsonObject? Get(ObjectKey key)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(key)?.Object;
        }
    }

    public IReadOnlyCollection<JsonObject> List()
    {
        lock (_lock)
        {
            return _snapshot ??= [.. _entries.Values.Select(entry => entry.Object)];
        }
    }

    public void AddIndex(string name, Func<JsonObject, IEnumerable<string>> keysOf)
    {
        lock (_lock)
        {
            _indexes.Add(name, keysOf, _entries.Select(pair => (pair.Key, pair.Value.Object)));
        }
    }

    public IReadOnlyCollection<JsonObject> Lookup(string index, string key)
    {
        lock (_lock)
        {
            return [.. _indexes.Lookup(index, key).Select(found => _entries[found].Object)];
        }
    }

    /// <summary>A mark to take before a list is asked for: what is offered after it may be newer than the list.</summary>
    public long Mark()
    {
        lock (_lock)
        {
            return _offers;
        }
    }

    /// <summary>Takes over a list. What it lacks was deleted unseen, unless we wrote it while the list was under way.</summary>
    public void Replace(IReadOnlyList<JsonObject> items, string listVersion, long mark)
    {
        lock (_lock)
        {
            // Not compared with the former position: a cluster restored from a backup counts from an earlier version.
            var listed = new ObjectVersion(listVersion);
            _listed = listed;
            _position = listed;
            _deleted.Clear();
            _deletedOrder.Clear();

            bool WrittenMeanwhile(Entry entry) => entry.Offer > mark && entry.Version.IsNewerThan(listed);
            var present = new Dictionary<ObjectKey, JsonObject>(items.Count);
            foreach (var item in items)
            {
                present[ObjectKey.Of(item)] = item;
            }

            foreach (var (key, entry) in _entries.Where(pair => !present.ContainsKey(pair.Key) && !WrittenMeanwhile(pair.Value)).ToList())
            {
                Remove(key, entry.Object);
            }

            foreach (var (key, item) in present)
            {
                if (!_entries.TryGetValue(key, out var entry) || (entry.Version != ObjectVersion.Of(item) && !WrittenMeanwhile(entry)))
                {
                    Put(key, item, offer: 0);
                }
            }
        }
    }

    /// <summary>Takes an ADDED or MODIFIED event, unless something at least as new is known.</summary>
    public void Take(JsonObject read)
    {
        lock (_lock)
        {
            var key = ObjectKey.Of(read);
            var version = ObjectVersion.Of(read);
            Advance(version);
            var known = _entries.TryGetValue(key, out var entry) ? version.Compare(entry.Version) <= 0 : IsStale(key, version, _listed);
            if (!known)
            {
                Put(key, read, offer: 0);
            }
        }
    }

    /// <summary>Takes a DELETED event, unless the object has been created again since.</summary>
    public void TakeDeletion(JsonObject last)
    {
        lock (_lock)
        {
            var key = ObjectKey.Of(last);
            var version = ObjectVersion.Of(last);
            Advance(version);
            RememberDeleted(key, version);
            if (_entries.TryGetValue(key, out var entry) && !entry.Version.IsNewerThan(version))
            {
                Remove(key, last);
            }
        }
    }

    /// <summary>Notes that everything up to a version has been told.</summary>
    public void Bookmark(string version)
    {
        lock (_lock)
        {
            Advance(new ObjectVersion(version));
        }
    }

    /// <summary>Takes the answer to a write of our own when it is newer than all we know. Returns whether it was taken.</summary>
    public bool Offer(JsonObject written, bool mayAdd)
    {
        lock (_lock)
        {
            var key = ObjectKey.Of(written);
            var version = ObjectVersion.Of(written);

            // For an object we do not have, the watch's position decides: had it been there at that point, we would have been told. So it is gone again.
            var taken = _entries.TryGetValue(key, out var entry)
                ? version.IsNewerThan(entry.Version)
                : mayAdd && _position is { } position && version.IsNewerThan(position) && !IsStale(key, version, _listed);
            if (taken)
            {
                Put(key, written, ++_offers);
            }

            return taken;
        }
    }

    /// <summary>Hands queued changes to <paramref name="handler"/>, one at a time and in order; a thread that finds another at it leaves its changes to that one.</summary>
    public void Deliver(Action<CacheChange> handler)
    {
        lock (_lock)
        {
            if (_delivering)
            {
                return;
            }

            _delivering = true;
        }

        while (true)
        {
            CacheChange? change;
            lock (_lock)
            {
                if (!_changes.TryDequeue(out change))
                {
                    _delivering = false;
                    return;
                }
            }

            handler(change);
        }
    }

    private void Put(ObjectKey key, JsonObject read, long offer)
    {
        var former = _entries.GetValueOrDefault(key)?.Object;
        _entries[key] = new Entry(read, ObjectVersion.Of(read), offer);
        _indexes.Put(key, read);
        _snapshot = null;
        if (former is not null && Uid(former) != Uid(read))
        {
            // Another object of the same name: its watchers must let go of the first.
            _changes.Enqueue(new CacheChange(CacheChangeKind.Deleted, former, null));
            former = null;
        }

        _changes.Enqueue(new CacheChange(former is null ? CacheChangeKind.Added : CacheChangeKind.Modified, former, read));
    }

    private void Remove(ObjectKey key, JsonObject last)
    {
        _entries.Remove(key);
        _indexes.Remove(key);
        _snapshot = null;
        _changes.Enqueue(new CacheChange(CacheChangeKind.Deleted, last, null));
    }

    private void Advance(ObjectVersion version)
    {
        if (_position is not { } position || version.Compare(position) is not < 0)
        {
            _position = version;
        }
    }

    private bool IsStale(ObjectKey key, ObjectVersion version, ObjectVersion? listed) =>
        (listed is { } list && version.Compare(list) <= 0) || (_deleted.TryGetValue(key, out var deletion) && version.Compare(deletion) <= 0);

    private void RememberDeleted(ObjectKey key, ObjectVersion version)
    {
        if (!_deleted.TryGetValue(key, out var former))
        {
            _deletedOrder.Enqueue(key);
            if (_deletedOrder.Count > _maxDeleted)
            {
                _deleted.Remove(_deletedOrder.Dequeue());
            }
        }
        else if (former.IsNewerThan(version))
        {
            return;
        }

        _deleted[key] = version;
    }

    private static string? Uid(JsonObject read) => (string?)read["metadata"]?["uid"];

    private sealed record Entry(JsonObject Object, ObjectVersion Version, long Offer);
}
