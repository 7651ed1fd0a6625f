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
}
