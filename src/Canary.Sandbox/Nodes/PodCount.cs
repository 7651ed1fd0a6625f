namespace Canary.Sandbox.Nodes;

/// <summary>The requests that reached one pod, as the pod itself counted them.</summary>
/// <param name="Namespace">Of the pod.</param>
/// <param name="Name">Of the pod.</param>
/// <param name="Image">Of its first container.</param>
/// <param name="Hash">Its label pod-template-hash, or "".</param>
/// <param name="Requests">Answered requests, a count.</param>
/// <param name="Errors">Those answered with 5xx, a count in [0, <paramref name="Requests"/>].</param>
internal sealed record PodCount(string Namespace, string Name, string Image, string Hash, long Requests, long Errors);
