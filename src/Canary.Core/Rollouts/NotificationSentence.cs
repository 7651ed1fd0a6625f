using System.Globalization;
using Canary.Core.Notifications;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>Writes the sentence of a notification: one that stands alone in the preview of a telephone.</summary>
internal static class NotificationSentence
{
    public static string Of(RolloutKey key, NotificationEvent kind, Announcement announcement, RolloutStatus status, RolloutFacts facts, DateTimeOffset at)
    {
        var candidate = status.Candidate is { } arm ? Tag(arm) : "";
        return kind switch
        {
            NotificationEvent.RolledBack => $"{key.Name} {candidate} was rolled back{Where(facts)}: {status.Journey?.Reason}{Served(facts)}",
            NotificationEvent.Aborted => $"{key.Name} {candidate} was taken back{Where(facts)}: {status.Journey?.Reason}{Served(facts)}",
            NotificationEvent.Promoted when announcement.Reason == "Promoted" && status is { Candidate.StartedAt: { } started, Stable: { } former } =>
                $"{key.Name} {candidate} was promoted after {Words.Duration(at - started)}, in place of {Tag(former)}: {status.Journey?.Reason ?? status.Verdict?.Reason ?? "the plan ended"}",
            NotificationEvent.Started when status.Stable is { } stable =>
                $"{key.Name} {candidate} starts beside {Tag(stable)}{(status.Journey is { ByCommand: true } journey ? $", ordered by {journey.By ?? "a person"}" : "")}",
            _ => $"{key.Name}: {announcement.Message}",
        };
    }

    private static string Where(RolloutFacts facts) =>
        facts.Exposed is { } exposed ? $" after {Words.Duration(exposed)} at {facts.Weight}" : " before it got requests";

    private static string Served(RolloutFacts facts) =>
        facts.CandidateRequests is { } requests ? string.Create(CultureInfo.InvariantCulture, $"; {requests:N0} requests were served by it") : "";

    /// <summary>The image's tag; the revision where there is none.</summary>
    private static string Tag(Arm arm)
    {
        var described = Pass.Describe(arm);
        var space = described.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? described : described[..space];
    }
}
