using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Watching;

/// <summary>Secondary keys of cached objects. Used under the lock of its store.</summary>
internal sealed class CacheIndexes(Action<string, string, Exception> failed)
{
    private readonly Dictionary<string, Index> _indexes = new(StringComparer.Ordinal);

    public void Add(string name, Func<JsonObject, IEnumerable<string>> keysOf, IEnumerable<(ObjectKey Key, JsonObject Object)> present)
    {
        var index = new Index(name, keysOf, failed);
        if (!_indexes.TryAdd(name, index))
        {
            throw new ArgumentException($"an index named '{name}' exists", nameof(name));
        }

        foreach (var (key, read) in present)
        {
            index.Put(key, read);
        }
    }

    public void Put(ObjectKey key, JsonObject read)
    {
        foreach (var index in _indexes.Values)
        {
            index.Put(key, read);
        }
    }

    public void Remove(ObjectKey key)
    {
        foreach (var index in _indexes.Values)
        {
            index.Remove(key);
        }
    }

    public IReadOnlyCollection<ObjectKey> Lookup(string name, string key) =>
        _indexes.TryGetValue(name, out var index) ? index.Lookup(key) : throw new ArgumentException($"there is no index named '{name}'", nameof(name));

    private sealed class Index(string name, Func<JsonObject, IEnumerable<string>> keysOf, Action<string, string, Exception> failed)
    {
        private readonly Dictionary<string, HashSet<ObjectKey>> _objects = new(StringComparer.Ordinal);
        private readonly Dictionary<ObjectKey, string[]> _keys = [];

        public void Put(ObjectKey key, JsonObject read)
        {
            Remove(key);
            string[] keys;
            try
            {
                keys = [.. keysOf(read).Where(found => found is not null).Distinct(StringComparer.Ordinal)]; // a missing JSON member reads as null
            }
            catch (Exception exception)
            {
                // A function that trips over a strange object must not stop the stream for all others.
                failed(name, key.ToString(), exception);
                return;
            }

            if (keys.Length > 0)
            {
                _keys[key] = keys;
                foreach (var indexed in keys)
                {
                    if (!_objects.TryGetValue(indexed, out var found))
                    {
                        _objects[indexed] = found = [];
                    }

                    found.Add(key);
                }
            }
        }

        public void Remove(ObjectKey key)
        {
            if (_keys.Remove(key, out var keys))
            {
                foreach (var indexed in keys)
                {
                    var found = _objects[indexed];
                    found.Remove(key);
                    if (found.Count == 0)
                    {
                        _objects.Remove(indexed);
                    }
                }
            }
        }

        public HashSet<ObjectKey> Lookup(string key) => _objects.TryGetValue(key, out var found) ? found : [];
    }
}
