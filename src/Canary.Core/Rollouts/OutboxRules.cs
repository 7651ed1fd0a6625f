using System.Globalization;
using Canary.Core.Notifications;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>Keeps what people have to be told in the status until they were told, so that no crash can lose it.</summary>
/// <remarks>What cannot be told is given up after a day, or when too much waits; both are said by an Event.</remarks>
internal static class OutboxRules
{
    private const int Most = 32;
    private const int MostMessages = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>Takes out what was told, and what is given up.</summary>
    public static void Settle(Pass pass)
    {
        foreach (var delivery in pass.Observed.Deliveries)
        {
            Settle(pass, delivery);
        }

        foreach (var old in pass.Status.Outbox.Where(entry => pass.Due(entry.At + Patience)).ToList())
        {
            GiveUp(pass, old, "nobody could be told within a day");
        }
    }

    /// <summary>Puts the pass's announcements into the outbox, for those whom the rules name.</summary>
    public static void Post(Pass pass)
    {
        ValueList<NotificationRule> rules = [.. pass.Status.Plan?.Notifications ?? [], .. pass.Observed.ClusterNotifications];
        foreach (var (announcement, status) in rules.Count == 0 ? [] : pass.Told.ToList())
        {
            if (Occasion.Of(announcement.Reason, status.Journey?.Outcome) is not { } kind)
            {
                continue;
            }

            var severity = Occasion.SeverityOf(kind, announcement.Warning);
            var targets = rules.Where(rule => rule.Covers(kind, severity)).Select(rule => rule.Target).DistinctBy(target => target.Receiver).ToValueList();
            if (targets.Count > 0)
            {
                Add(pass, announcement, status, kind, severity, targets);
            }
        }

        while (pass.Status.Outbox.Count > Most)
        {
            GiveUp(pass, pass.Status.Outbox[0], string.Create(CultureInfo.InvariantCulture, $"more than {Most} wait"));
        }

        foreach (var entry in pass.Status.Outbox)
        {
            pass.LookAt(entry.At + Patience);
        }
    }

    private static void Add(Pass pass, Announcement announcement, RolloutStatus status, NotificationEvent kind, Severity severity, ValueList<NotificationTarget> targets)
    {
        var facts = Facts(pass, status, kind);
        var number = pass.Status.Notified + 1;
        var notification = new Notification
        {
            Number = number,
            At = pass.Now,
            Event = kind,
            Severity = severity,
            Reason = announcement.Reason,
            Sentence = NotificationSentence.Of(pass.Observed.Key, kind, announcement, status, facts, pass.Now),
            Attempt = status.Attempts,
            Facts = facts,
            Waiting = targets,
        };
        pass.Status = pass.Status with { Notified = number, Outbox = [.. pass.Status.Outbox, notification] };
    }

    private static void Settle(Pass pass, Delivery delivery)
    {
        var status = pass.Status;
        if (status.Outbox.FirstOrDefault(entry => entry.Number == delivery.Number) is not { } told || told.Waiting.All(target => target.Receiver != delivery.Receiver))
        {
            return; // settled before
        }

        var left = told with { Waiting = told.Waiting.Where(target => target.Receiver != delivery.Receiver).ToValueList() };
        var messages = status.Messages;
        if (delivery.Handle is { } handle)
        {
            // a rollout's message replaces that of the one before: nothing updates the older one any more
            messages = messages.Where(message => message.Receiver != delivery.Receiver).Append(new SentMessage(delivery.Receiver, told.Attempt, handle)).TakeLast(MostMessages).ToValueList();
        }

        pass.Status = status with
        {
            Outbox = status.Outbox.Select(entry => entry.Number == told.Number ? left : entry).Where(entry => entry.Waiting.Count > 0).ToValueList(),
            Messages = messages,
        };
        if (delivery.Refusal is { } refusal)
        {
            pass.Announce("NotificationRefused", $"{delivery.Receiver} does not take \"{told.Sentence}\": {refusal}", warning: true);
        }
    }

    private static void GiveUp(Pass pass, Notification given, string why)
    {
        pass.Status = pass.Status with { Outbox = pass.Status.Outbox.Where(entry => entry.Number != given.Number).ToValueList() };
        pass.Announce("NotificationGivenUp", $"{string.Join(", ", given.Waiting.Select(target => target.Receiver))} will not hear of \"{given.Sentence}\": {why}", warning: true);
    }

    private static RolloutFacts Facts(Pass pass, RolloutStatus status, NotificationEvent kind)
    {
        var journey = status.Journey;
        var plan = journey is { Express: true } ? Pass.ExpressSteps : status.Plan?.Steps ?? [];
        var walks = journey is { Express: false } && (journey.Stage == Stage.Stepping || journey.ExposedSince is not null) && journey.Step < plan.Count;
        var until = journey is { Stage: Stage.Retreating } ? journey.EnteredAt : pass.Now;
        return new RolloutFacts
        {
            Phase = PhaseOf(status, kind),
            Stable = status.Stable?.Revision,
            StableImage = status.Stable?.Image,
            Candidate = status.Candidate?.Revision,
            CandidateImage = status.Candidate?.Image,
            Weight = journey is null ? Weight.Zero : journey.ExposedSince is null ? status.Traffic?.Weight ?? Weight.Zero : Pass.WeightAt(plan, journey.Step),
            Step = walks ? journey!.Step + 1 : null,
            Steps = walks ? plan.Count : null,
            StartedAt = status.Candidate?.StartedAt,
            Exposed = journey?.ExposedSince is { } since && until > since ? until - since : null,
            CandidateRequests = journey is null ? null : MetricLines.Requests(pass.Observed.Verdict),
            By = journey?.By,
            AnalysisRun = journey?.AnalysisRun,
            Next = Occasion.Next(kind, status),
            Metrics = journey is null ? [] : MetricLines.Of(pass.Observed.Verdict),
        };
    }

    /// <summary>The phase that people will see once this pass is over.</summary>
    private static string PhaseOf(RolloutStatus status, NotificationEvent kind) => (kind switch
    {
        NotificationEvent.Promoted or NotificationEvent.Recovered when status.Journey is null or { HandOverSentAt: not null } => Phase.Healthy,
        NotificationEvent.RolledBack or NotificationEvent.Aborted => Phase.Degraded,
        NotificationEvent.Failing => Phase.RollingBack,
        NotificationEvent.Started => Phase.Progressing,
        NotificationEvent.Waiting => Phase.Paused,
        _ => status.Phase,
    }).ToString();
}
