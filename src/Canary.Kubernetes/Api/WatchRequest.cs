namespace Canary.Kubernetes.Api;

/// <summary>What to watch, from where, and for how long.</summary>
/// <param name="Kind">Kind of the objects.</param>
/// <param name="Namespace">Namespace; null watches all.</param>
/// <param name="LabelSelector">Label selector in Kubernetes' syntax, or null for every object.</param>
/// <param name="ResourceVersion">Version after which events are wanted, as a list or an event gave it.</param>
/// <param name="Timeout">After this time the server closes the stream in an orderly way; at least 1 s, sent as whole seconds.</param>
/// <param name="IdleTimeout">With no byte for this long the connection is taken for dead. Greater than <paramref name="Timeout"/>.</param>
public sealed record WatchRequest(
    ResourceKind Kind,
    string? Namespace,
    string? LabelSelector,
    string ResourceVersion,
    TimeSpan Timeout,
    TimeSpan IdleTimeout);
