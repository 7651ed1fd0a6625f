using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Leadership;

/// <summary>One request of the election, and the answer once there is one. Not thread-safe.</summary>
internal sealed class LeaseCall
{
    private LeaseCall(LeaseVerb verb, JsonObject? lease) => (Verb, Lease) = (verb, lease);

    /// <summary>What is asked.</summary>
    public LeaseVerb Verb { get; }

    /// <summary>The Lease to be written or deleted; null for a list. With a resourceVersion it replaces that version, without it is new.</summary>
    public JsonObject? Lease { get; }

    /// <summary>Answer to a list: every Lease of the namespace. Null while there is none, or after a failure.</summary>
    public IReadOnlyList<JsonObject>? Found { get; set; }

    /// <summary>Answer to a write: the Lease as stored. Null while there is none, or after a failure: then nobody knows whether it was written.</summary>
    public JsonObject? Stored { get; set; }

    public static LeaseCall List() => new(LeaseVerb.List, null);

    public static LeaseCall Write(JsonObject lease) => new(LeaseVerb.Write, lease);

    public static LeaseCall Delete(JsonObject lease) => new(LeaseVerb.Delete, lease);
}

/// <summary>What is asked of the API.</summary>
internal enum LeaseVerb
{
    List,
    Write,
    Delete,
}
