using System.Text.Json.Nodes;

namespace Canary.Sandbox.Mesh;

/// <summary>The objects of one moment that decide where requests go. The JSON is shared and read-only.</summary>
internal sealed record MeshSnapshot(
    IReadOnlyCollection<JsonObject> VirtualServices,
    IReadOnlyCollection<JsonObject> DestinationRules,
    IReadOnlyCollection<JsonObject> Services,
    IReadOnlyCollection<JsonObject> Pods);
