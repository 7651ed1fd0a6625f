namespace Canary.Sandbox.Mesh;

/// <summary>A request whose route and cluster are settled. Immutable.</summary>
/// <param name="Route">The route that took it.</param>
/// <param name="Cluster">The cluster that its weights chose.</param>
/// <param name="Path">The path the pod sees.</param>
/// <param name="Authority">The host the pod sees.</param>
/// <param name="Peer">What the pod's sidecar is told about the caller.</param>
/// <param name="HeaderChanges">The destination's changes, then the route's.</param>
internal sealed record RoutedRequest(HttpRoute Route, MeshCluster Cluster, string Path, string Authority, string Peer, IReadOnlyList<HeaderChanges> HeaderChanges);
