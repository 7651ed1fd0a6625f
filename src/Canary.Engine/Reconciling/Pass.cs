using Canary.Core;
using Canary.Core.Rollouts;

namespace Canary.Engine.Reconciling;

/// <summary>How a pass ended, which says when to look again.</summary>
internal enum PassEnd
{
    /// <summary>Nothing was left to do.</summary>
    Settled,

    /// <summary>Something was changed: look again until nothing changes any more.</summary>
    Changed,

    /// <summary>Somebody else was first: nothing was touched.</summary>
    LostRace,

    /// <summary>Something could not be done.</summary>
    Failed,

    /// <summary>It made room for an urgent change.</summary>
    Overtaken,

    /// <summary>This process does not lead the rollout, or may not go on.</summary>
    Stopped,

    /// <summary>The Rollout is gone.</summary>
    Gone,
}

/// <summary>What became of one pass.</summary>
/// <param name="End">How it ended.</param>
internal sealed record Pass(PassEnd End)
{
    /// <summary>What was to be done; empty when the status could not be stored.</summary>
    public ValueList<Effect> Effects { get; init; } = [];

    /// <summary>Whether the status was stored.</summary>
    public bool Remembered { get; init; }

    /// <summary>Whether the status was changed and stored.</summary>
    public bool Advanced { get; init; }

    /// <summary>When a failure asked to be tried again; null leaves it to the back-off.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
