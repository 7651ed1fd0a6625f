using System.Collections.Concurrent;

namespace Canary.Sandbox.ApiServer;

/// <summary>All stores under one revision clock. Thread-safe.</summary>
internal sealed class ClusterStore(int historyLimit, int watcherCapacity)
{
    private readonly ConcurrentDictionary<string, ResourceStore> _stores = new(StringComparer.Ordinal);

    /// <summary>Called for every change, in order, under the lock of its store: handlers only take notes.</summary>
    public event Action<ResourceStore, StoreEvent>? Committed;

    public RevisionClock Clock { get; } = new();

    public IEnumerable<ResourceStore> Stores => _stores.Values;

    public ResourceStore For(ResourceKind kind) => For(kind.StoreKey);

    public ResourceStore For(string storeKey) =>
        _stores.GetOrAdd(storeKey, key => new ResourceStore(key, Clock, historyLimit, watcherCapacity, (store, change) => Committed?.Invoke(store, change)));
}
