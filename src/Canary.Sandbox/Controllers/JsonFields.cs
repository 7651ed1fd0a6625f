using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>Reads Kubernetes objects as JSON: an absent field reads as null, zero or empty, as in Go.</summary>
internal static class JsonFields
{
    public static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var field in path)
        {
            node = (node as JsonObject)?[field];
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static double? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
            : null;

    public static int Whole(this JsonNode? node, params ReadOnlySpan<string> path) => (int)(node.Number(path) ?? 0);

    public static bool Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static IEnumerable<JsonObject> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray items ? items.OfType<JsonObject>() : [];

    public static IEnumerable<string> Texts(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray items ? items.Select(item => item.Text()).OfType<string>() : [];

    public static IReadOnlyDictionary<string, string> Map(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonObject { Count: > 0 } fields
            ? fields.Where(field => field.Value.Text() is not null).ToDictionary(field => field.Key, field => field.Value.Text()!, StringComparer.Ordinal)
            : NoLabels;

    public static string Name(this JsonNode? resource) => resource.Text("metadata", "name") ?? "";

    public static string Namespace(this JsonNode? resource) => resource.Text("metadata", "namespace") ?? "";

    public static string Uid(this JsonNode? resource) => resource.Text("metadata", "uid") ?? "";

    public static string? ResourceVersion(this JsonNode? resource) => resource.Text("metadata", "resourceVersion");

    public static long Generation(this JsonNode? resource) => (long)(resource.Number("metadata", "generation") ?? 0);

    public static IReadOnlyDictionary<string, string> Labels(this JsonNode? resource) => resource.Map("metadata", "labels");

    public static IReadOnlyDictionary<string, string> Annotations(this JsonNode? resource) => resource.Map("metadata", "annotations");

    public static bool IsBeingDeleted(this JsonNode? resource) => resource.Text("metadata", "deletionTimestamp") is not null;

    public static DateTimeOffset? Time(this JsonNode? node, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(node.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static DateTimeOffset CreatedAt(this JsonNode? resource) => resource.Time("metadata", "creationTimestamp") ?? DateTimeOffset.MinValue;

    /// <summary>Kubernetes stores times with whole seconds, in UTC.</summary>
    public static string ToKubernetesTime(this DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The condition of one type in <c>status.conditions</c>, or null.</summary>
    public static JsonObject? Condition(this JsonNode? resource, string type) =>
        resource.Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type);

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, string>> labels) =>
        new(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)JsonValue.Create(label.Value))));
}
