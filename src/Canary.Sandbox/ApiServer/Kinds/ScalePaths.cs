namespace Canary.Sandbox.ApiServer;

/// <summary>Where the scale subresource finds its numbers, as dotted paths without a leading dot.</summary>
internal sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? LabelSelector);
