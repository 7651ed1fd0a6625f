using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Leadership;

/// <summary>What a Lease says.</summary>
/// <param name="Holder">Who holds it; empty when nobody does.</param>
/// <param name="Duration">How long its holder may be silent.</param>
/// <param name="Transitions">How often it has changed hands.</param>
/// <param name="ResourceVersion">Version of the object: changes with every write, so it tells whether the holder is alive.</param>
internal sealed record LeaseRecord(string Holder, TimeSpan Duration, long Transitions, string ResourceVersion)
{
    private const string MicroTime = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Reads a Lease; what is missing counts as free, what is strange as the default.</summary>
    public static LeaseRecord Read(JsonObject lease, TimeSpan defaultDuration)
    {
        var spec = lease["spec"] as JsonObject;
        return new LeaseRecord(
            spec?["holderIdentity"] is JsonValue holder && holder.TryGetValue<string>(out var name) ? name : string.Empty,
            Number(spec?["leaseDurationSeconds"]) is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : defaultDuration,
            Number(spec?["leaseTransitions"]) ?? 0,
            (string?)lease["metadata"]?["resourceVersion"] ?? string.Empty);
    }

    /// <summary>Writes the spec of a Lease that <paramref name="holder"/> acquires or renews; null <paramref name="lease"/> makes a new one.</summary>
    public static JsonObject Write(
        JsonObject? lease, string ns, string name, string holder, TimeSpan duration, long transitions, DateTimeOffset renewed, bool acquired)
    {
        var written = lease?.DeepClone().AsObject() ?? new JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["namespace"] = ns, ["name"] = name },
        };
        var time = renewed.UtcDateTime.ToString(MicroTime, CultureInfo.InvariantCulture);
        if (written["spec"] is not JsonObject spec)
        {
            written["spec"] = spec = [];
        }

        spec["holderIdentity"] = holder;
        spec["leaseDurationSeconds"] = (int)duration.TotalSeconds;
        spec["leaseTransitions"] = transitions;
        spec["renewTime"] = time;
        if (acquired)
        {
            spec["acquireTime"] = time;
        }

        return written;
    }

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;
}
