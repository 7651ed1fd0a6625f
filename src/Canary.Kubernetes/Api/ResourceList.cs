using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Api;

/// <summary>A consistent snapshot of a collection. The objects are shared: treat them as read-only.</summary>
/// <param name="ResourceVersion">Version of the collection; a watch started from it misses nothing.</param>
/// <param name="Items">The objects in the server's order, each with <c>apiVersion</c> and <c>kind</c>.</param>
public sealed record ResourceList(string ResourceVersion, IReadOnlyList<JsonObject> Items);
