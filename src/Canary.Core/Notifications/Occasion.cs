using Canary.Core.Rollouts;

namespace Canary.Core.Notifications;

/// <summary>What an announcement is to those who are notified.</summary>
internal static class Occasion
{
    /// <summary>The event behind an announcement's word.</summary>
    /// <param name="reason">The word.</param>
    /// <param name="outcome">How the rollout ends, where it does.</param>
    /// <returns>The event; null when it is told in the cluster alone.</returns>
    public static NotificationEvent? Of(string reason, Outcome? outcome) => reason switch
    {
        "RolloutStarted" => NotificationEvent.Started,
        "WeightSet" or "WeightRestored" or "StepPassed" or "Promoting" => NotificationEvent.Advanced,
        "Paused" or "Inconclusive" => NotificationEvent.Waiting,
        "NoData" or "CandidateNotReady" or "BaselineNotReady" => NotificationEvent.Held,
        "DataReturned" or "Healthy" => NotificationEvent.Recovered,
        "RollingBack" or "Aborting" => NotificationEvent.Failing,
        "RolledBack" => outcome switch
        {
            Outcome.RolledBack => NotificationEvent.RolledBack,
            Outcome.Aborted or null => NotificationEvent.Aborted,
            _ => NotificationEvent.Ended,
        },
        "Promoted" or "PromotedAtZero" => NotificationEvent.Promoted,
        "Unanalysed" => NotificationEvent.Unanalysed,
        "Stalled" or "TrafficDrift" or "Invalid" or "MetricWarning" or "PlanSeesLittle" or "NativeUpdate" or "DeploymentUnpaused" or "DeploymentDeleted" => NotificationEvent.Attention,
        "CommandAccepted" or "CommandRefused" => NotificationEvent.Command,
        _ => null,
    };

    /// <summary>How much it matters.</summary>
    public static Severity SeverityOf(NotificationEvent kind, bool warning) => kind switch
    {
        NotificationEvent.RolledBack => Severity.Critical,
        NotificationEvent.Waiting => Severity.Warning,
        _ => warning ? Severity.Warning : Severity.Info,
    };

    /// <summary>What a person may order next.</summary>
    public static ValueList<string> Next(NotificationEvent kind, RolloutStatus status) => (kind, status.Journey) switch
    {
        (NotificationEvent.Promoted, _) => ["rollback"],
        (NotificationEvent.RolledBack or NotificationEvent.Aborted, _) => ["retry"],
        (_, { Stage: Stage.Retreating }) => [],
        (_, not null) when status.Pause is not null || kind == NotificationEvent.Waiting => ["resume", "promote", "abort"],
        (_, { Stage: Stage.Preparing or Stage.Stepping }) => ["pause", "promote", "abort"],
        (_, not null) => ["abort"],
        _ => [],
    };
}
