using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Who exists and who depends on whom, kept up to date with every commit. Thread-safe.</summary>
internal sealed class OwnershipGraph
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ObjectKey> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ObjectKey>> _dependents = new(StringComparer.Ordinal);

    public void Observe(string store, StoreEvent change)
    {
        var key = new ObjectKey(store, change.Current.Namespace, change.Current.Name, change.Current.Uid);
        lock (_lock)
        {
            foreach (var owner in Owners(change.Previous))
            {
                if (_dependents.TryGetValue(owner, out var known) && known.Remove(key) && known.Count == 0)
                {
                    _dependents.Remove(owner);
                }
            }

            if (change.Deleted)
            {
                _objects.Remove(key.Uid);
                return;
            }

            _objects[key.Uid] = key;
            foreach (var owner in Owners(change.Current))
            {
                if (!_dependents.TryGetValue(owner, out var known))
                {
                    _dependents[owner] = known = [];
                }

                known.Add(key);
            }
        }
    }

    public ObjectKey? Find(string uid)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(uid, out var key) ? key : null;
        }
    }

    public IReadOnlyList<ObjectKey> Dependents(string uid)
    {
        lock (_lock)
        {
            return _dependents.TryGetValue(uid, out var known) ? [.. known] : [];
        }
    }

    public static IEnumerable<string> Owners(StoredObject? stored) => References(stored).Select(owner => owner.Text("uid") ?? "");

    public static IEnumerable<JsonObject> References(StoredObject? stored) => stored?.Metadata.Items("ownerReferences")?.OfType<JsonObject>() ?? [];
}
