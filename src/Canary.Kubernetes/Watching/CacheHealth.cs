using Canary.Kubernetes.Api;

namespace Canary.Kubernetes.Watching;

/// <summary>How a cache is doing, at the moment it was asked. Immutable.</summary>
/// <param name="Synced">Whether the first list has arrived.</param>
/// <param name="LastEvent">When the last event or bookmark arrived (UTC); null before the first.</param>
/// <param name="LastRelist">When the last list was taken over (UTC); null before the first.</param>
/// <param name="ConsecutiveFailures">Failures since the server last delivered anything; 0 when all is well.</param>
/// <param name="LastFailure">What failed last, for a person; null when nothing has failed since the last success.</param>
public sealed record CacheHealth(bool Synced, DateTimeOffset? LastEvent, DateTimeOffset? LastRelist, int ConsecutiveFailures, string? LastFailure)
{
    /// <summary>The right that the last failure says is missing; null when it was another failure, or none.</summary>
    public MissingRight? Missing { get; init; }
}
