using System.Globalization;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>The way of a candidate from its first pod to all traffic.</summary>
internal static class JourneyRules
{
    /// <summary>A candidate that loses all its ready pods so often within the progress deadline is taken back.</summary>
    private const int MostLosses = 3;

    public static void Advance(Pass pass)
    {
        TakeTraffic(pass);
        if (pass.Status.Journey is null)
        {
            StartRules.Consider(pass);
            return;
        }

        if (pass.Status.Journey.Stage == Stage.Retreating)
        {
            RetreatRules.Advance(pass);
            return;
        }

        VerdictRules.Tell(pass);
        if (LeavesForAnotherTemplate(pass) || FailsByVerdict(pass) || FailsByPods(pass) || PromotionRules.FailsByPods(pass))
        {
            return;
        }

        WatchExposure(pass);
        if (pass.Status.Journey.Stage == Stage.Retreating || Holds(pass))
        {
            return;
        }

        switch (pass.Status.Journey.Stage)
        {
            case Stage.Preparing:
                Prepare(pass);
                break;
            case Stage.Stepping:
                StepRules.Advance(pass);
                break;
            default:
                PromotionRules.Advance(pass);
                break;
        }
    }

    /// <summary>Takes the routes over once they are in order: both subsets select the stable revision, 100/0.</summary>
    private static void TakeTraffic(Pass pass)
    {
        var observed = pass.Observed;
        var stable = pass.Status.Stable!.Revision;
        if (pass.Status.Traffic is null)
        {
            if (observed.HasFinalizer && observed.Deployment is { Paused: true } && observed.Traffic is { Problems.Count: 0, Routes.Count: > 0 })
            {
                var original = pass.Status.Original ?? new Original(false, null);
                pass.Status = pass.Status with { Original = original with { Traffic = original.Traffic ?? observed.Traffic.Snapshot } };
                pass.Route(stable, stable, Weight.Zero);
            }
        }
        else if (pass.Status.Journey is null)
        {
            pass.Route(stable, pass.Status.Traffic.CandidateSubset, Weight.Zero);
        }
    }

    private static bool LeavesForAnotherTemplate(Pass pass)
    {
        var journey = pass.Status.Journey!;
        var template = pass.Observed.Deployment!.Template;
        if (journey.ByCommand || journey.HandOverSentAt is not null || template == pass.Status.Candidate!.Revision)
        {
            return false;
        }

        if (template == pass.Status.Stable!.Revision)
        {
            RetreatRules.Begin(pass, Outcome.Reverted, "the Deployment's template was set back to the stable revision's");
        }
        else
        {
            RetreatRules.Begin(pass, Outcome.Superseded, $"revision {template} took its place");
        }

        return true;
    }

    private static bool FailsByVerdict(Pass pass)
    {
        if (pass.Status.Journey is { HandOverSentAt: null, ExposedSince: not null } && pass.Observed.Verdict is { State: VerdictState.Fail } verdict)
        {
            RetreatRules.Begin(pass, Outcome.RolledBack, verdict.Reason);
            return true;
        }

        return false;
    }

    /// <summary>Counts the time in which too few pods are available; past the deadline the rollout fails with the pods' own reason.</summary>
    private static bool FailsByPods(Pass pass)
    {
        var journey = pass.Status.Journey!;
        if (journey.HandOverSentAt is not null || pass.Replicas == 0)
        {
            return false;
        }

        var needed = ScaleRules.CandidatePods(pass);
        var baselineNeeded = ScaleRules.BaselinePods(pass);
        var baselineAvailable = Math.Min(baselineNeeded, pass.BaselineReplicaSet?.Available ?? 0);
        var lacksCandidate = pass.CandidateAvailable < needed;
        var available = pass.CandidateAvailable + baselineAvailable;
        if (!lacksCandidate && baselineAvailable == baselineNeeded)
        {
            pass.Travel(now => now with { ShortSince = null, MostAvailable = 0 });
            return false;
        }

        if (journey.ShortSince is null || available > journey.MostAvailable)
        {
            pass.Travel(now => now with { ShortSince = pass.Now, MostAvailable = available });
            return false;
        }

        if (!pass.Due(journey.ShortSince.Value + pass.Plan.ProgressDeadline))
        {
            return false;
        }

        var (ready, all, arm, pods) = lacksCandidate
            ? (pass.CandidateAvailable, needed, "candidate", pass.CandidateReplicaSet)
            : (baselineAvailable, baselineNeeded, "baseline", pass.BaselineReplicaSet);
        RetreatRules.Begin(pass, Outcome.RolledBack, string.Create(CultureInfo.InvariantCulture, $"{ready} of {all} {arm} pods were available after {Words.Duration(pass.Plan.ProgressDeadline)}: {pods?.PodProblem ?? "no pod says why"}"));
        return true;
    }

    /// <summary>Takes weight away at once, whatever holds the plan up: all of it when no candidate pod is ready to answer, and what a changed plan no longer gives.</summary>
    private static void WatchExposure(Pass pass)
    {
        var status = pass.Status;
        if (status.Traffic is not { } traffic || status.Journey is not { Stage: Stage.Stepping } journey)
        {
            return;
        }

        if (traffic.Weight > Weight.Zero && (pass.CandidateReady == 0 || pass.Replicas == 0))
        {
            var why = pass.CandidateReplicaSet?.PodProblem is { } problem ? $": {problem}" : "";
            pass.Announce("CandidateNotReady", pass.Replicas == 0 ? "the Deployment was scaled to zero; the weight went to 0" : $"no candidate pod is ready; the weight went to 0{why}", warning: true);
            pass.Route(traffic.StableSubset, traffic.CandidateSubset, Weight.Zero);
            CountLoss(pass, journey, why);
        }
        else if (traffic.Weight > pass.PlannedWeight)
        {
            pass.Announce("WeightSet", $"the plan was changed; {pass.PlannedWeight} of the requests go to {Pass.Describe(status.Candidate!)}");
            pass.Route(traffic.StableSubset, traffic.CandidateSubset, pass.PlannedWeight);
        }
        else if (traffic.Weight > Weight.Zero && journey.ExposedSince is null && pass.Propagated())
        {
            pass.Travel(now => now with { ExposedSince = pass.Now });
        }
    }

    /// <summary>Takes back a candidate that dies again and again under its requests: each time some of them fail, and no time without pods grows long enough for the deadline.</summary>
    private static void CountLoss(Pass pass, Journey journey, string why)
    {
        if (pass.Replicas == 0)
        {
            return;
        }

        var again = journey.LossesSince is { } since && pass.Now - since < pass.Plan.ProgressDeadline;
        var losses = again ? journey.Losses + 1 : 1;
        pass.Travel(now => now with { Losses = losses, LossesSince = again ? now.LossesSince : pass.Now });
        if (losses >= MostLosses)
        {
            RetreatRules.Begin(pass, Outcome.RolledBack, string.Create(CultureInfo.InvariantCulture, $"the candidate lost all its ready pods {losses} times within {Words.Duration(pass.Plan.ProgressDeadline)}{why}"));
        }
    }

    /// <summary>Whether something outside the plan keeps the candidate where it is; the step's clock stands still meanwhile.</summary>
    private static bool Holds(Pass pass)
    {
        var status = pass.Status;
        var journey = status.Journey!;
        var why = status switch
        {
            _ when journey.HandOverSentAt is not null => null,
            { Pause.Reason: PauseReason.Command } => $"paused by {status.Pause.By ?? "a person"}",
            _ when pass.Replicas == 0 && journey.Outcome != Outcome.PromotedAtZero => "the Deployment is scaled to zero",
            _ when journey is { Express: false, Outcome: null } && NativeRules.Bare(pass, pass.Observed.Deployment!) => "no ReplicaSet of the stable revision is left, so there is nothing to compare with or to go back to; promote makes the candidate stable",
            _ when status.Traffic is null => "the routes are not in order",
            _ when pass.Observed.Traffic.Problems.Count > 0 => pass.Observed.Traffic.Problems[0].ToString(),
            { StalledSince: not null } => "another writer sets the weights",
            _ => null,
        };
        pass.Waiting = why;
        if (why is null)
        {
            if (journey.HeldSince is { } since)
            {
                pass.Travel(now => now with { HeldSince = null, EnteredAt = now.EnteredAt + pass.Since(since) });
            }

            return false;
        }

        if (pass.Replicas == 0 && journey is { Stage: Stage.Stepping })
        {
            // with the pods went what was learned about their readiness: begin again when there are replicas
            pass.Travel(now => now with { Stage = Stage.Preparing, Step = 0, ShortSince = null, MostAvailable = 0, NoDataSince = null });
            SpecRules.EndPauseOfStep(pass);
        }

        pass.Travel(now => now with { HeldSince = now.HeldSince ?? pass.Now });
        return true;
    }

    private static void Prepare(Pass pass)
    {
        var candidate = pass.Status.Candidate!.Revision;
        var needed = ScaleRules.CandidatePods(pass);
        if (pass.CandidateAvailable < needed || pass.CandidateReady == 0)
        {
            pass.Waiting = string.Create(CultureInfo.InvariantCulture, $"{pass.CandidateAvailable} of {needed} candidate pods are available");
            return;
        }

        if (!BaselineRules.HasPods(pass, ScaleRules.BaselinePods(pass)))
        {
            return;
        }

        var traffic = pass.Status.Traffic!;
        if (!pass.Propagated())
        {
            pass.Waiting = "the proxies are learning of the last change";
        }
        else if (traffic.CandidateSubset != candidate)
        {
            pass.Route(traffic.StableSubset, candidate, Weight.Zero);
        }
        else
        {
            pass.Travel(now => now with { Stage = Stage.Stepping, Step = 0, EnteredAt = pass.Now });
        }
    }
}
