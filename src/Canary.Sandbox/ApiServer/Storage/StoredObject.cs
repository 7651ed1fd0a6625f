using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>One version of one object. Immutable once stored, shared by all readers, and serialised at most once per API version.</summary>
internal sealed class StoredObject(JsonObject root)
{
    private readonly ConcurrentDictionary<string, SerializedObject> _serialized = new(1, 1);

    /// <summary>The object in its storage version. Never changed after it was stored: copy it first.</summary>
    public JsonObject Root { get; } = root;

    public JsonObject Metadata { get; } = root.FieldsOrNew("metadata");

    public string Namespace { get; } = root.Text("metadata", "namespace") ?? "";

    public string Name { get; } = root.Text("metadata", "name") ?? "";

    public string Uid { get; } = root.Text("metadata", "uid") ?? "";

    /// <summary>The resourceVersion; 0 until stored.</summary>
    public long Revision { get; private set; }

    public bool IsDeleting => Metadata["deletionTimestamp"] is not null;

    public bool HasFinalizers => Metadata["finalizers"] is JsonArray { Count: > 0 };

    /// <summary>Stamps the revision. Called once, by the store, before the object is visible to anybody.</summary>
    public void Stamp(long revision)
    {
        Revision = revision;
        Metadata["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public SerializedObject Serialize(ResourceView view) =>
        _serialized.TryGetValue(view.ApiVersion, out var known)
            ? known
            : _serialized.GetOrAdd(view.ApiVersion, new SerializedObject(view, view.FromStorage(Root)));
}
