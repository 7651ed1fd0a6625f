using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;

namespace Canary.Kubernetes.Watching;

/// <summary>One line of a watch. A closed hierarchy.</summary>
internal abstract record WatchEvent
{
    private WatchEvent()
    {
    }

    /// <summary>The object exists, in this state (ADDED and MODIFIED mean the same to a cache).</summary>
    public sealed record Present(JsonObject Object) : WatchEvent;

    /// <summary>The object is gone; this was its last state.</summary>
    public sealed record Gone(JsonObject Object) : WatchEvent;

    /// <summary>Nothing before this version is missing.</summary>
    public sealed record Bookmark(string ResourceVersion) : WatchEvent;

    /// <summary>The server ends the watch for this reason.</summary>
    public sealed record Failed(KubernetesApiException Reason) : WatchEvent;

    /// <summary>An event about an object that cannot be used; the stream itself is sound.</summary>
    public sealed record Poison(string Problem, string? ResourceVersion) : WatchEvent;

    /// <summary>Reads a line; null when it is no event at all, so that nobody knows what was missed.</summary>
    public static WatchEvent? Parse(ResourceKind kind, ReadOnlyMemory<byte> line)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line, ApiTransport.DocumentOptions);
        }
        catch (JsonException)
        {
            return null;
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("type", out var type)
                || type.ValueKind != JsonValueKind.String
                || !document.RootElement.TryGetProperty("object", out var body))
            {
                return null;
            }

            return type.GetString() switch
            {
                "ADDED" or "MODIFIED" => Read(kind, body, static read => new Present(read)),
                "DELETED" => Read(kind, body, static read => new Gone(read)),
                "BOOKMARK" => VersionOf(body) is { } version ? new Bookmark(version) : null,
                "ERROR" => new Failed(ApiStatus.FromEvent($"watch of {kind.Plural}", JsonNode.Parse(body.GetRawText()) as JsonObject)),
                _ => null,
            };
        }
    }

    private static WatchEvent Read(ResourceKind kind, JsonElement body, Func<JsonObject, WatchEvent> make) =>
        ObjectReader.TryRead(kind, System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(body), out var read, out var problem)
            ? make(read)
            : new Poison(problem, VersionOf(body));

    private static string? VersionOf(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty("metadata", out var metadata)
        && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty("resourceVersion", out var version)
        && version.ValueKind == JsonValueKind.String
        && version.GetString() is { Length: > 0 } text
            ? text
            : null;
}
