using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Watching;

/// <summary>What happened to an object in a cache.</summary>
public enum CacheChangeKind
{
    /// <summary>It was not there before.</summary>
    Added,

    /// <summary>It was there in another version.</summary>
    Modified,

    /// <summary>It is no longer there.</summary>
    Deleted,
}

/// <summary>One change of a cache. The objects are shared: treat them as read-only.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Old">The object before; null when it was added. For a deletion, its last known state.</param>
/// <param name="New">The object now; null when it was deleted.</param>
public sealed record CacheChange(CacheChangeKind Kind, JsonObject? Old, JsonObject? New)
{
    /// <summary>The newest known state: <see cref="New"/>, or <see cref="Old"/> of a deleted object.</summary>
    public JsonObject Object => New ?? Old!; // one of the two is always there

    /// <summary>Namespace of the object; null when its kind has none.</summary>
    public string? Namespace => (string?)Object["metadata"]?["namespace"];

    /// <summary>Name of the object.</summary>
    public string Name => (string?)Object["metadata"]?["name"] ?? string.Empty;
}
