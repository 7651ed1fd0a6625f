namespace Canary.Sandbox.ApiServer;

/// <summary>
/// Objects of one resource, their recent history, and who watches. Writers compare and swap; readers take an immutable snapshot.
/// Revisions are drawn under the lock, so that every event of this store up to the clock's value at that moment has been delivered.
/// </summary>
internal sealed class ResourceStore(string key, RevisionClock clock, int historyLimit, int watcherCapacity, Action<ResourceStore, StoreEvent> committed)
{
    private const int KeptSnapshots = 64;

    /// <summary>The group resource whose objects are here.</summary>
    public string Key => key;

    private readonly Lock _lock = new();
    private readonly Queue<StoreEvent> _history = new();
    private readonly HashSet<Watcher> _watchers = [];
    private readonly SortedDictionary<long, StoreSnapshot> _pages = [];
    private volatile StoreSnapshot _snapshot = StoreSnapshot.Empty;
    private long _compacted;

    public StoredObject? Find(string @namespace, string name) => _snapshot.Find(@namespace, name);

    /// <summary>The latest state, stamped with the clock's revision: a watch from there misses nothing.</summary>
    public StoreSnapshot Latest()
    {
        lock (_lock)
        {
            return _snapshot with { Revision = clock.Current };
        }
    }

    /// <summary>Keeps a snapshot for the further pages of a list.</summary>
    public void KeepForPaging(StoreSnapshot snapshot)
    {
        lock (_lock)
        {
            _pages[snapshot.Revision] = snapshot;
            if (_pages.Count > KeptSnapshots)
            {
                _pages.Remove(_pages.First().Key);
            }
        }
    }

    public StoreSnapshot? FindPage(long revision)
    {
        lock (_lock)
        {
            return _pages.GetValueOrDefault(revision) ?? (revision >= _snapshot.Revision ? _snapshot with { Revision = revision } : null);
        }
    }

    public bool TryAdd(StoredObject added)
    {
        lock (_lock)
        {
            if (_snapshot.Find(added.Namespace, added.Name) is not null)
            {
                return false;
            }

            added.Stamp(clock.Next());
            _snapshot = _snapshot.With(added);
            Publish(new StoreEvent(added, null, Deleted: false));
            return true;
        }
    }

    /// <summary>Replaces <paramref name="expected"/>; false when it is no longer what is stored.</summary>
    public bool TryReplace(StoredObject expected, StoredObject replacement)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_snapshot.Find(expected.Namespace, expected.Name), expected))
            {
                return false;
            }

            replacement.Stamp(clock.Next());
            _snapshot = _snapshot.With(replacement);
            Publish(new StoreEvent(replacement, expected, Deleted: false));
            return true;
        }
    }

    /// <summary>Removes an object; false when it is no longer what is stored.</summary>
    /// <param name="expected">The version that is to be removed.</param>
    /// <param name="last">Its last state, which the deletion event carries.</param>
    public bool TryRemove(StoredObject expected, StoredObject last)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_snapshot.Find(expected.Namespace, expected.Name), expected))
            {
                return false;
            }

            last.Stamp(clock.Next());
            _snapshot = _snapshot.Without(expected, last.Revision);
            Publish(new StoreEvent(last, expected, Deleted: true));
            return true;
        }
    }

    /// <summary>Opens a watch.</summary>
    /// <param name="filter">What it is about.</param>
    /// <param name="after">Null (or 0) begins with what exists, as additions; else events after this revision.</param>
    /// <exception cref="ApiException">410 when that part of the history is gone.</exception>
    public Watcher Watch(WatchFilter filter, long? after)
    {
        lock (_lock)
        {
            if (after is > 0 && after < _compacted)
            {
                throw ApiErrors.TooOld(after.Value, _compacted);
            }

            var initial = after is null or 0
                ? _snapshot.In(filter.Namespace).Where(filter.Matches).Select(found => new WatchEvent(WatchEventKind.Added, found, found.Revision)).ToList()
                : _history.Where(change => change.Revision > after).Select(filter.See).OfType<WatchEvent>().ToList();
            var watcher = new Watcher(filter, watcherCapacity + initial.Count, Unsubscribe);
            initial.ForEach(watcher.Push);
            _watchers.Add(watcher);
            return watcher;
        }
    }

    /// <summary>Queues a bookmark behind everything that has happened up to now.</summary>
    public void PushBookmark(Watcher watcher)
    {
        lock (_lock)
        {
            watcher.Push(new WatchEvent(WatchEventKind.Bookmark, null, clock.Current));
        }
    }

    /// <summary>Forgets the history, so that older resource versions are answered with 410.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _history.Clear();
            _pages.Clear();
            _compacted = clock.Current;
        }
    }

    private void Publish(StoreEvent change)
    {
        _history.Enqueue(change);
        if (_history.Count > historyLimit)
        {
            _compacted = _history.Dequeue().Revision;
        }

        foreach (var watcher in _watchers)
        {
            watcher.Offer(change);
        }

        committed(this, change);
    }

    private void Unsubscribe(Watcher watcher)
    {
        lock (_lock)
        {
            _watchers.Remove(watcher);
        }
    }
}
