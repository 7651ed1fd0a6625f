using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Leadership;

/// <summary>What a Lease says.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Holder">Who holds it, or for a member's who it is; empty when nobody does.</param>
/// <param name="Duration">How long its holder may be silent.</param>
/// <param name="Transitions">The number of the holder's term.</param>
/// <param name="Version">Version of the object: changes with every write, so it tells whether the holder is alive.</param>
/// <param name="Member">The election that it is a replica's Lease of; null for a shard's.</param>
/// <param name="Shards">The number of shards that it speaks of; null when it does not say.</param>
/// <param name="FormerShards">The number that was left and that somebody may still believe in; null when that is long ago.</param>
/// <param name="Lease">The object; read only.</param>
internal sealed record LeaseRecord(
    string Name, string Holder, TimeSpan Duration, long Transitions, string Version, string? Member, int? Shards, string? FormerShards, JsonObject Lease)
{
    /// <summary>Label of a replica's Lease; its value is the election's name.</summary>
    public const string MemberLabel = "canary.dev/member";

    /// <summary>Annotation: the number of shards.</summary>
    public const string ShardsAnnotation = "canary.dev/shards";

    /// <summary>Annotation: the number of shards before, while that matters.</summary>
    public const string FormerAnnotation = "canary.dev/former-shards";

    /// <summary>Annotation of a replica's Lease: the shards that it leads, for people.</summary>
    public const string LeadsAnnotation = "canary.dev/leads";

    private const string MicroTime = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Reads a Lease; what is missing counts as free, what is strange as the default.</summary>
    public static LeaseRecord Read(JsonObject lease, TimeSpan defaultDuration)
    {
        var (metadata, spec) = (lease["metadata"] as JsonObject, lease["spec"] as JsonObject);
        return new LeaseRecord(
            Text(metadata, "name") ?? string.Empty,
            Text(spec, "holderIdentity") ?? string.Empty,
            Number(spec?["leaseDurationSeconds"]) is { } seconds and > 0 and <= int.MaxValue ? TimeSpan.FromSeconds(seconds) : defaultDuration,
            Number(spec?["leaseTransitions"]) ?? 0,
            Text(metadata, "resourceVersion") ?? string.Empty,
            Text(metadata?["labels"] as JsonObject, MemberLabel),
            int.TryParse(Text(metadata?["annotations"] as JsonObject, ShardsAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var shards) ? shards : null,
            Text(metadata?["annotations"] as JsonObject, FormerAnnotation),
            lease);
    }

    /// <summary>Writes a Lease that <paramref name="holder"/> acquires or renews; a null <paramref name="lease"/> makes a new one.</summary>
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
        Child(Child(written, "metadata"), "labels")["app.kubernetes.io/name"] = "canary";
        var spec = Child(written, "spec");
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

    /// <summary>Sets an annotation of a Lease that is being written; null removes it.</summary>
    public static void Annotate(JsonObject written, string annotation, string? value)
    {
        var annotations = Child(Child(written, "metadata"), "annotations");
        if (value is null)
        {
            annotations.Remove(annotation);
        }
        else
        {
            annotations[annotation] = value;
        }
    }

    /// <summary>Sets a label of a Lease that is being written.</summary>
    public static void Label(JsonObject written, string label, string value) => Child(Child(written, "metadata"), "labels")[label] = value;

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }

    private static string? Text(JsonObject? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;
}
