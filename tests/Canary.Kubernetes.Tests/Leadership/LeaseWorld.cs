using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Leadership;

namespace Canary.Kubernetes.Tests.Leadership;

/// <summary>The Leases of one namespace with optimistic concurrency, as an API server keeps them. Thread-safe.</summary>
internal sealed class LeaseWorld
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _leases = new(StringComparer.Ordinal);
    private int _version = 1;

    public IReadOnlyList<JsonObject> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _leases.Values.Select(lease => lease.DeepClone().AsObject())];
            }
        }
    }

    public IReadOnlyList<JsonObject> Members => [.. All.Where(lease => lease["metadata"]!["labels"]?[LeaseRecord.MemberLabel] is not null)];

    public JsonObject? Find(string name)
    {
        lock (_lock)
        {
            return _leases.GetValueOrDefault(name)?.DeepClone().AsObject();
        }
    }

    public string HolderOf(string name) => (string?)Find(name)?["spec"]!["holderIdentity"] ?? "";

    public void Remove(string name)
    {
        lock (_lock)
        {
            _leases.Remove(name);
        }
    }

    /// <summary>Writes a Lease: creates it without a version, replaces that version with one.</summary>
    /// <returns>The Lease as stored; null, and a status code, when it was refused.</returns>
    public (JsonObject? Stored, int Code) Write(JsonObject lease)
    {
        lock (_lock)
        {
            var name = (string)lease["metadata"]!["name"]!;
            var version = (string?)lease["metadata"]!["resourceVersion"];
            var present = _leases.GetValueOrDefault(name);
            if (version is not null && present is null)
            {
                return (null, 404);
            }

            if ((string?)present?["metadata"]!["resourceVersion"] != version)
            {
                return (null, 409);
            }

            var stored = lease.DeepClone().AsObject();
            stored["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            stored["metadata"]!["uid"] ??= $"uid-{_version}";
            _leases[name] = stored;
            return (stored.DeepClone().AsObject(), 200);
        }
    }

    public bool Delete(string name, string? version)
    {
        lock (_lock)
        {
            return _leases.TryGetValue(name, out var present) && (version is null || (string?)present["metadata"]!["resourceVersion"] == version) && _leases.Remove(name);
        }
    }

    /// <summary>Carries a request out, without answering it.</summary>
    /// <returns>Gives the answer.</returns>
    public Action Execute(LeaseCall call)
    {
        switch (call.Verb)
        {
            case LeaseVerb.List:
                var found = All;
                return () => call.Found = found;
            case LeaseVerb.Write:
                var (stored, _) = Write(call.Lease!);
                return () => call.Stored = stored;
            default:
                Delete((string)call.Lease!["metadata"]!["name"]!, (string?)call.Lease["metadata"]!["resourceVersion"]);
                return () => { };
        }
    }
}
