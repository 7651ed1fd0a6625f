using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>A complete answer.</summary>
internal sealed record ApiResponse(int Code, ReadOnlyMemory<byte> Body, string ContentType = "application/json")
{
    public static ApiResponse Json(int code, JsonNode node) => new(code, JsonTree.Serialize(node));

    public static ApiResponse Text(int code, string text) => new(code, System.Text.Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    /// <summary>What a real server says of a path it does not know.</summary>
    public static ApiResponse UnknownPath() => Text(404, "404 page not found\n");
}
