using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Resources;

/// <summary>Reads objects of the cluster: a field of another type than expected reads as absent, never as an exception.</summary>
internal static class JsonReading
{
    /// <summary>A field at the end of a path; null when there is none.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = node is JsonObject fields && fields.TryGetPropertyValue(name, out var next) ? next : null;
        }

        return node;
    }

    /// <summary>A text; null when it is absent, empty or no text.</summary>
    public static string? AsText(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    /// <summary>A whole number; null when it is absent or none.</summary>
    public static long? AsLong(this JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>A whole number of at most 32 bits; null when it is absent or none.</summary>
    public static int? AsInt(this JsonNode? node) => node.AsLong() is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : null;

    /// <summary>Whether it is <c>true</c>.</summary>
    public static bool IsTrue(this JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    /// <summary>A time in UTC; null when it is absent or none.</summary>
    public static DateTimeOffset? AsTime(this JsonNode? node) =>
        node.AsText() is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>The items of a list that are objects; empty when it is no list.</summary>
    public static IEnumerable<JsonObject> AsObjects(this JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>The object's name; empty when it has none.</summary>
    public static string NameOf(this JsonObject read) => read.At("metadata", "name").AsText() ?? "";

    /// <summary>The object's namespace; empty when it has none.</summary>
    public static string NamespaceOf(this JsonObject read) => read.At("metadata", "namespace").AsText() ?? "";

    /// <summary>The object's uid; empty when it has none.</summary>
    public static string UidOf(this JsonObject read) => read.At("metadata", "uid").AsText() ?? "";

    /// <summary>The object's version; empty when it has none.</summary>
    public static string VersionOf(this JsonObject read) => read.At("metadata", "resourceVersion").AsText() ?? "";

    /// <summary>An annotation's value; null when it is absent.</summary>
    public static string? Annotation(this JsonObject read, string name) =>
        read.At("metadata", "annotations", name) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Whether the object is being deleted.</summary>
    public static bool IsDeleting(this JsonObject read) => read.At("metadata", "deletionTimestamp") is not null;

    /// <summary>The owner that controls the object; null when there is none.</summary>
    public static JsonObject? Controller(this JsonObject read) => read.At("metadata", "ownerReferences").AsObjects().FirstOrDefault(owner => owner.At("controller").IsTrue());

    /// <summary>The uid of the owner that controls the object; null when there is none.</summary>
    public static string? ControllerUid(this JsonObject read) => read.Controller().At("uid").AsText();

    /// <summary>A time as Kubernetes writes it, to the second.</summary>
    public static string Written(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
