using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Mesh;

/// <summary>Istio's <c>headers</c> block: what is set, added and removed on the way there and back. Immutable.</summary>
internal sealed class HeaderChanges
{
    public HeaderChanges(JsonNode? headers)
    {
        Request = new Side(headers.At("request"));
        Response = new Side(headers.At("response"));
    }

    public static HeaderChanges None { get; } = new(null);

    public Side Request { get; }

    public Side Response { get; }

    /// <summary>The host that replaces the client's, or null: a header of this name cannot be set like others.</summary>
    public string? Authority => Request.Set.GetValueOrDefault(":authority") ?? Request.Set.GetValueOrDefault("host");

    /// <summary>One direction.</summary>
    internal sealed class Side(JsonNode? side)
    {
        public IReadOnlyDictionary<string, string> Set { get; } = side.Map("set");

        public IReadOnlyDictionary<string, string> Add { get; } = side.Map("add");

        public IReadOnlyList<string> Remove { get; } = [.. side.Texts("remove")];
    }
}
