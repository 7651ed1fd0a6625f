using System.Collections.Immutable;

namespace Canary.Sandbox.ApiServer;

/// <summary>All objects of one resource at one revision, ordered by namespace and name. Immutable and cheap: versions share their trees.</summary>
internal sealed record StoreSnapshot(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, StoredObject>> Namespaces, long Revision)
{
    public static readonly ImmutableSortedDictionary<string, StoredObject> NoObjects = ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    public static readonly StoreSnapshot Empty =
        new(ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, StoredObject>>(StringComparer.Ordinal), 0);

    public StoredObject? Find(string @namespace, string name) =>
        Namespaces.TryGetValue(@namespace, out var objects) && objects.TryGetValue(name, out var found) ? found : null;

    /// <summary>Objects of one namespace, or of all when <paramref name="namespace"/> is empty, in order.</summary>
    public IEnumerable<StoredObject> In(string @namespace)
    {
        if (@namespace.Length > 0)
        {
            return Namespaces.TryGetValue(@namespace, out var objects) ? objects.Values : [];
        }

        return Namespaces.Values.SelectMany(objects => objects.Values);
    }

    public StoreSnapshot With(StoredObject stored)
    {
        var objects = Namespaces.GetValueOrDefault(stored.Namespace, NoObjects);
        return new(Namespaces.SetItem(stored.Namespace, objects.SetItem(stored.Name, stored)), stored.Revision);
    }

    public StoreSnapshot Without(StoredObject stored, long revision)
    {
        var objects = Namespaces.GetValueOrDefault(stored.Namespace, NoObjects).Remove(stored.Name);
        return new(objects.IsEmpty ? Namespaces.Remove(stored.Namespace) : Namespaces.SetItem(stored.Namespace, objects), revision);
    }
}
