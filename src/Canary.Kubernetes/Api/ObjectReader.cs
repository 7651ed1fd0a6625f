using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Api;

/// <summary>Turns a part of an answer into an object that stands alone.</summary>
internal static class ObjectReader
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 512, AllowDuplicateProperties = false };

    /// <summary>
    /// Reads an object that must have a name and a version. The result has no parent (a child would keep its whole list in memory) and carries
    /// <c>apiVersion</c> and <c>kind</c>, which lists of built-in kinds leave out.
    /// </summary>
    public static bool TryRead(ResourceKind kind, JsonNode? node, [NotNullWhen(true)] out JsonObject? read, [NotNullWhen(false)] out string? problem)
    {
        read = null;
        problem = null;
        try
        {
            // A list's items are serialised once more to be cut loose; lazily parsed nodes write their original bytes.
            var text = node?.ToJsonString();
            if (text is null || JsonNode.Parse(Encoding.UTF8.GetBytes(text), null, Strict) is not JsonObject found)
            {
                problem = "it is not an object";
            }
            else
            {
                return TryComplete(kind, found, out read, out problem);
            }
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            problem = exception.Message; // members that occur twice: one meaning cannot be chosen
        }

        return false;
    }

    /// <summary>Reads an object from its bytes; see the other overload.</summary>
    public static bool TryRead(ResourceKind kind, ReadOnlySpan<byte> json, [NotNullWhen(true)] out JsonObject? read, [NotNullWhen(false)] out string? problem)
    {
        read = null;
        try
        {
            if (JsonNode.Parse(json, null, Strict) is JsonObject found)
            {
                return TryComplete(kind, found, out read, out problem);
            }

            problem = "it is not an object";
        }
        catch (JsonException exception)
        {
            problem = exception.Message;
        }

        return false;
    }

    /// <summary>Whether an object can be cached: of this kind, with a name, a version and, where the kind has one, a namespace.</summary>
    public static bool IsComplete(ResourceKind kind, JsonObject found, [NotNullWhen(false)] out string? problem)
    {
        problem = found["metadata"] is not JsonObject metadata ? "it has no metadata"
            : !HasText(metadata, "name") ? "it has no metadata.name"
            : !HasText(metadata, "resourceVersion") ? $"{metadata["name"]} has no metadata.resourceVersion"
            : kind.Namespaced && !HasText(metadata, "namespace") ? $"{metadata["name"]} has no metadata.namespace"
            : found.TryGetPropertyValue("kind", out var stated) && stated is JsonValue value && value.TryGetValue<string>(out var text) && text != kind.Kind
                ? $"{metadata["name"]} is a {text}"
                : null;
        return problem is null;
    }

    private static bool TryComplete(
        ResourceKind kind, JsonObject found, [NotNullWhen(true)] out JsonObject? read, [NotNullWhen(false)] out string? problem)
    {
        if (!IsComplete(kind, found, out problem))
        {
            read = null;
            return false;
        }

        if (!found.ContainsKey("kind"))
        {
            found.Insert(0, "kind", kind.Kind);
        }

        if (!found.ContainsKey("apiVersion"))
        {
            found.Insert(0, "apiVersion", kind.ApiVersion);
        }

        read = found;
        return true;
    }

    private static bool HasText(JsonObject metadata, string member) =>
        metadata[member] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0;
}
