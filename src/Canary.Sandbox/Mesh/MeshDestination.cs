namespace Canary.Sandbox.Mesh;

/// <summary>A destination of a route as written, resolved against services only when a request comes. Immutable.</summary>
/// <param name="Host">Full host name.</param>
/// <param name="Subset">Name of the subset, or null for the whole service.</param>
/// <param name="Port">The service's port, or null for its only one, or the one the client called.</param>
/// <param name="Weight">Relative; meaningless for the only destination of a route.</param>
/// <param name="Headers">Header changes of this destination.</param>
internal sealed record MeshDestination(string Host, string? Subset, int? Port, int Weight, HeaderChanges Headers);
