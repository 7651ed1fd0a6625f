using Canary.Core;
using Canary.Core.Rollouts;

namespace Canary.Engine.Ports;

/// <summary>Tells people. Thread-safe.</summary>
public interface IAnnouncer
{
    /// <summary>Tells one message.</summary>
    /// <param name="key">The rollout that it is about.</param>
    /// <param name="announcement">The message.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>When it was delivered.</returns>
    Task AnnounceAsync(RolloutKey key, Announcement announcement, CancellationToken cancellation);
}
