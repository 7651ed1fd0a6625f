namespace Canary.Core.Notifications;

/// <summary>Who is notified of what. Checked by the mapping; trusted here.</summary>
/// <param name="Target">Who, and how.</param>
/// <param name="Events">Of which events; never empty.</param>
/// <param name="AtLeast">The least severity.</param>
public sealed record NotificationRule(NotificationTarget Target, ValueList<NotificationEvent> Events, Severity AtLeast)
{
    /// <summary>What a rule that names no events is about: all that a person wants to see on a telephone.</summary>
    public static ValueList<NotificationEvent> UsualEvents { get; } =
    [
        NotificationEvent.Started,
        NotificationEvent.Waiting,
        NotificationEvent.Held,
        NotificationEvent.Recovered,
        NotificationEvent.RolledBack,
        NotificationEvent.Aborted,
        NotificationEvent.Promoted,
        NotificationEvent.Unanalysed,
        NotificationEvent.Attention,
        NotificationEvent.Command,
    ];

    /// <summary>Whether it is about such a notification.</summary>
    /// <param name="kind">The event.</param>
    /// <param name="severity">Its severity.</param>
    /// <returns>True when the target is to be notified.</returns>
    public bool Covers(NotificationEvent kind, Severity severity) => severity >= AtLeast && Events.Contains(kind);
}

/// <summary>One who is notified.</summary>
/// <param name="Receiver">The receiver: <c>name</c> in the Rollout's namespace, or <c>cluster/name</c>.</param>
/// <param name="Channel">The channel there; null takes the receiver's own.</param>
/// <param name="Template">The text that replaces the sentence, with placeholders; null leaves it.</param>
public sealed record NotificationTarget(string Receiver, string? Channel = null, string? Template = null);
