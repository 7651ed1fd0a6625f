using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Json;

/// <summary>JSON pointers (RFC 6901), as JSON patches use them.</summary>
public static class JsonPointer
{
    /// <summary>Builds a pointer from member names and indices.</summary>
    /// <param name="segments">Unescaped segments, outermost first; none gives the empty pointer, the whole document.</param>
    /// <returns>The pointer, every segment escaped.</returns>
    public static string Of(params IEnumerable<string> segments) => string.Concat(segments.Select(segment => "/" + Escape(segment)));

    /// <summary>Escapes one segment: <c>~</c> as <c>~0</c>, <c>/</c> as <c>~1</c>. Needed for every label and annotation key.</summary>
    /// <param name="segment">The member name as it stands in the object.</param>
    /// <returns>The segment as it stands in a pointer.</returns>
    public static string Escape(string segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
    }

    /// <summary>Undoes <see cref="Escape"/>.</summary>
    /// <param name="segment">A segment of a pointer.</param>
    /// <returns>The member name.</returns>
    public static string Unescape(string segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }

    /// <summary>Reads what a pointer points at.</summary>
    /// <param name="root">Document; may be null.</param>
    /// <param name="pointer">Pointer: empty, or beginning with a slash.</param>
    /// <returns>The node; null when there is none, and when the document says <c>null</c> there.</returns>
    /// <exception cref="ArgumentException">The pointer is neither empty nor begins with a slash.</exception>
    public static JsonNode? Read(JsonNode? root, string pointer)
    {
        ArgumentNullException.ThrowIfNull(pointer);
        if (pointer.Length == 0)
        {
            return root;
        }

        if (pointer[0] != '/')
        {
            throw new ArgumentException($"'{pointer}' does not begin with a slash", nameof(pointer));
        }

        var node = root;
        foreach (var segment in pointer[1..].Split('/'))
        {
            node = node switch
            {
                JsonObject members => members[Unescape(segment)],
                JsonArray items when IndexOf(segment) is { } index && index < items.Count => items[index],
                _ => null,
            };
        }

        return node;
    }

    // RFC 6901: digits without a leading zero; a sign or a space makes it no index.
    private static int? IndexOf(string segment) =>
        (segment.Length == 1 || !segment.StartsWith('0')) && int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
