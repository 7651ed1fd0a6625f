namespace Canary.Core.Notifications;

/// <summary>What people may be notified of.</summary>
public enum NotificationEvent
{
    /// <summary>A rollout began.</summary>
    Started,

    /// <summary>The candidate's weight rose, or a step was passed.</summary>
    Advanced,

    /// <summary>The plan waits for a person or for time.</summary>
    Waiting,

    /// <summary>The weight is held or was lowered although nothing was decided: no data, or no ready candidate pod.</summary>
    Held,

    /// <summary>What held the weight is over.</summary>
    Recovered,

    /// <summary>The candidate begins to be taken back.</summary>
    Failing,

    /// <summary>The candidate was taken back because it, or its pods, failed.</summary>
    RolledBack,

    /// <summary>The candidate was taken back by a person's order.</summary>
    Aborted,

    /// <summary>The rollout ended for another reason: superseded, reverted or released.</summary>
    Ended,

    /// <summary>The candidate became the stable revision.</summary>
    Promoted,

    /// <summary>A revision became stable past the analysis.</summary>
    Unanalysed,

    /// <summary>Something is in the way that a person should look at.</summary>
    Attention,

    /// <summary>A command was carried out or refused.</summary>
    Command,
}

/// <summary>How much a notification matters, rising.</summary>
public enum Severity
{
    /// <summary>For the record.</summary>
    Info,

    /// <summary>A person should look when there is time.</summary>
    Warning,

    /// <summary>A candidate failed.</summary>
    Critical,
}
