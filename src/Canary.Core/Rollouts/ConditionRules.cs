using System.Globalization;
using Canary.Core.Analysis;

namespace Canary.Core.Rollouts;

/// <summary>Writes down for people and tools where the rollout stands.</summary>
internal static class ConditionRules
{
    public static void Conclude(Pass pass)
    {
        var status = pass.Status;
        if (status.Journey is { AnalysisRun: { } run } journey && pass.Observed.Verdict is { } verdict && !IsDecided(journey, status.Verdict, verdict))
        {
            status = status with { Verdict = new VerdictStatus(verdict.State, verdict.Reason, run) };
        }

        var phase = PhaseOf(pass);
        status = status with { Phase = phase, Message = MessageOf(pass, phase) };
        pass.Status = status with { Conditions = Conditions(pass, status) };
    }

    /// <summary>Whether the verdict on record is the one that was acted on, and stays.</summary>
    /// <remarks>
    /// The round behind a failure is lost when the engine dies before it is stored; and once a promotion has begun nothing reaches the former stable revision any more, so later rounds know less.
    /// </remarks>
    private static bool IsDecided(Journey journey, VerdictStatus? remembered, Verdict now) => remembered?.AnalysisRun == journey.AnalysisRun && (journey.Stage, remembered?.State) switch
    {
        (Stage.Retreating, VerdictState.Fail) => true,
        (Stage.SwitchingSubset or Stage.ResettingWeights or Stage.HandingOver, VerdictState.Pass) => now.State != VerdictState.Fail,
        _ => false,
    };

    private static Phase PhaseOf(Pass pass)
    {
        var status = pass.Status;
        return status switch
        {
            _ when pass.Observed.Deleting => Phase.RollingBack,
            { Plan: null } => Phase.Invalid,
            { Journey: { Stage: Stage.Retreating } } => Phase.RollingBack,
            { Journey: not null, Pause: not null } => Phase.Paused,
            { Journey: { Stage: Stage.Preparing or Stage.Stepping } } => Phase.Progressing,
            { Journey: not null } => Phase.Promoting,
            _ when pass.Observed.Deployment is null or { Deleting: true } => Phase.Invalid,
            { Stable: null } => Phase.Progressing,
            { Problems.Count: > 0 } => Phase.Invalid,
            { NativeSeen: true } => Phase.Progressing,
            { Traffic: null } => Phase.Progressing,
            { Refused: { } refused } when pass.Observed.Deployment.Template == refused.Arm.Revision => Phase.Degraded,
            _ when pass.Observed.Deployment.Template != status.Stable.Revision => Phase.Progressing,
            _ => Phase.Healthy,
        };
    }

    private static string MessageOf(Pass pass, Phase phase)
    {
        var status = pass.Status;
        var waiting = pass.Waiting is { } why ? $": {why}" : "";
        return phase switch
        {
            Phase.Invalid when status.Problems.Count > 0 => string.Join("; ", status.Problems.Take(3)),
            Phase.Invalid => pass.Waiting ?? "the spec is not valid",
            Phase.Healthy => $"{Pass.Describe(status.Stable!)} serves all requests",
            Phase.Degraded when NativeRules.Bare(pass, pass.Observed.Deployment!) => $"nothing serves: no ReplicaSet of the stable revision is left, and {Pass.Describe(status.Refused!.Arm)} was taken back; set another template, or retry and promote",
            Phase.Degraded => $"{Pass.Describe(status.Stable!)} serves all requests; {Pass.Describe(status.Refused!.Arm)} was taken back: {status.Refused.Reason}",
            Phase.RollingBack => status.Journey is { Reason: { } reason } ? $"{reason}{waiting}" : pass.Waiting ?? "the workload is being released",
            _ when status.Journey is { } journey => $"{Where(pass, journey)}{waiting}",
            _ => pass.Waiting ?? (status.Traffic is null ? "the Deployment and its routes are being taken over" : "a rollout is about to start"),
        };
    }

    private static string Where(Pass pass, Journey journey)
    {
        var candidate = Pass.Describe(pass.Status.Candidate!);
        return journey.Stage switch
        {
            Stage.Preparing => $"pods of {candidate} start",
            Stage.Stepping when pass.CurrentStep is { } step => string.Create(CultureInfo.InvariantCulture, $"step {journey.Step + 1} of {pass.Steps.Count} ({step.Kind}), {pass.Status.Traffic?.Weight} on {candidate}"),
            Stage.Stepping => $"the plan of {candidate} has ended",
            _ => $"{candidate} is being promoted",
        };
    }

    private static ValueList<Condition> Conditions(Pass pass, RolloutStatus status)
    {
        var reconciling = status.Phase is Phase.Progressing or Phase.Promoting or Phase.RollingBack;
        var stalled = status switch
        {
            { StalledSince: not null } => "another writer sets the weights",
            { Phase: Phase.Degraded or Phase.Invalid } => status.Message,
            { Pause: { Until: null } pause } => $"waits for a person ({pause.Reason})",
            _ => null,
        };
        var problem = status.Problems.Count > 0 ? string.Join("; ", status.Problems) : null;
        return
        [
            Make(pass, "Valid", problem is null, problem is null ? "Valid" : "Invalid", problem ?? "the spec and all that it refers to are in order"),
            Make(pass, "Ready", status.Phase == Phase.Healthy, status.Phase.ToString(), status.Message),
            Make(pass, "Reconciling", reconciling, status.Phase.ToString(), status.Message),
            Make(pass, "Stalled", stalled is not null, stalled is null ? "NotStalled" : status.StalledSince is not null ? "TrafficConflict" : status.Phase.ToString(), stalled ?? "nothing stands in the way"),
            WeightVerified(pass, status),
        ];
    }

    private static Condition WeightVerified(Pass pass, RolloutStatus status)
    {
        var verdict = status.Journey is null ? null : pass.Observed.Verdict;
        var seen = verdict?.WeightSeen;
        var message = verdict switch
        {
            { WeightSeen: true } => "the requests counted at the pods are split as the weight says",
            { WeightSeen: false } => string.Create(CultureInfo.InvariantCulture, $"{verdict.ObservedShare:P1} of the requests reach the candidate, not {status.Traffic?.Weight}"),
            _ => "there are too few requests to tell",
        };
        return Make(pass, "WeightVerified", seen, seen switch { true => "Seen", false => "NotSeen", null => "Unknown" }, message);
    }

    private static Condition Make(Pass pass, string type, bool? value, string reason, string message)
    {
        var before = pass.Observed.Status.Conditions.FirstOrDefault(condition => condition.Type == type);
        return new Condition(type, value, reason, message, before is not null && before.Status == value ? before.Since : pass.Now);
    }
}
