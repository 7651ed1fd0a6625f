namespace Canary.Kubernetes.Api;

/// <summary>What must still hold for a delete to happen; otherwise the server answers 409.</summary>
/// <param name="Uid">Identity the object must have, or null for any.</param>
/// <param name="ResourceVersion">Version the object must have, or null for any.</param>
public sealed record DeletePreconditions(string? Uid, string? ResourceVersion);
