using Canary.Core;

namespace Canary.Engine.Ports;

/// <summary>Says whether this process may write to a rollout. Thread-safe.</summary>
public interface ILeadership
{
    /// <summary>Leadership was won or lost.</summary>
    event Action? Changed;

    /// <summary>Whether this process may write to a rollout now; judged by a monotonic clock.</summary>
    /// <param name="key">Which.</param>
    /// <returns>True while it leads.</returns>
    bool Leads(RolloutKey key);

    /// <summary>Begins work on a rollout; leadership is not handed to another on purpose before the work has ended.</summary>
    /// <param name="key">Which.</param>
    /// <returns>Ends the work when disposed. Null while this process does not lead it, or is about to hand it over.</returns>
    IDisposable? Begin(RolloutKey key);
}
