using System.Text.Json.Nodes;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Store;

/// <summary>What is computed from the spec of a custom object, kept over the versions in which only its status or its metadata changed. Thread-safe, bounded.</summary>
/// <remarks>
/// A rollout under way gets a new status every few seconds, and reading its spec anew each time, with the regular expressions in it, was half of what a pass cost.
/// The API server counts in <c>metadata.generation</c> the versions whose spec differs. What was not asked for while <see cref="Most"/> others were is forgotten.
/// </remarks>
/// <param name="compute">Computes from the object; must read no status and of the metadata nothing that may change.</param>
internal sealed class BySpec<T>(Func<JsonObject, T> compute)
    where T : class
{
    /// <summary>How many values are kept at least, and twice as many at most.</summary>
    internal const int Most = 2048;

    private readonly Lock _lock = new();
    private Dictionary<string, Entry> _young = [];
    private Dictionary<string, Entry> _old = [];

    /// <summary>The value for one version of an object.</summary>
    public T Of(JsonObject read)
    {
        if (read.At("metadata", "generation").AsLong() is not { } generation || read.UidOf() is not { Length: > 0 } uid)
        {
            return compute(read);
        }

        lock (_lock)
        {
            if (_young.TryGetValue(uid, out var known) || _old.TryGetValue(uid, out known))
            {
                if (known.Generation == generation)
                {
                    Keep(uid, known);
                    return known.Value;
                }
            }
        }

        var value = compute(read);
        lock (_lock)
        {
            Keep(uid, new Entry(generation, value));
        }

        return value;
    }

    private void Keep(string uid, Entry entry)
    {
        if (_young.Count >= Most && !_young.ContainsKey(uid))
        {
            (_old, _young) = (_young, []);
        }

        _young[uid] = entry;
    }

    private sealed record Entry(long Generation, T Value);
}
