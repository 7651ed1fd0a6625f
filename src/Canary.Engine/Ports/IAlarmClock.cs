using Canary.Core;

namespace Canary.Engine.Ports;

/// <summary>Wakes the engine for what is due by time alone. Thread-safe.</summary>
public interface IAlarmClock
{
    /// <summary>An alarm went off.</summary>
    event Action<RolloutKey>? Rang;

    /// <summary>Sets the one alarm of a rollout, in place of an earlier one.</summary>
    /// <param name="key">Which.</param>
    /// <param name="at">When; a time gone by rings at once. Null clears it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>When it is set.</returns>
    ValueTask SetAsync(RolloutKey key, DateTimeOffset? at, CancellationToken cancellation);
}
