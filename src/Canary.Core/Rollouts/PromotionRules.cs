using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>From all traffic to being the stable revision.</summary>
internal static class PromotionRules
{
    /// <summary>How long our own caches may lag behind each other.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public static void Begin(Pass pass)
    {
        var status = pass.Status;
        if (status.Traffic is not { } traffic || traffic.Weight != Weight.Full || pass.CandidateAvailable < pass.Replicas || !pass.Propagated())
        {
            pass.Waiting = "waits for all candidate pods before the promotion";
            return;
        }

        pass.Announce("Promoting", $"{Pass.Describe(status.Candidate!)} becomes the stable revision");
        pass.Travel(now => now with { Stage = Stage.SwitchingSubset, EnteredAt = pass.Now });
        pass.Route(status.Candidate!.Revision, status.Candidate.Revision, Weight.Full);
    }

    public static void Advance(Pass pass)
    {
        var journey = pass.Status.Journey!;
        var candidate = pass.Status.Candidate!;
        if (journey.Stage == Stage.HandingOver)
        {
            HandOver(pass, journey, candidate);
        }
        else if (!pass.Propagated())
        {
            pass.Waiting = "the proxies are learning of the promotion";
        }
        else if (journey.Stage == Stage.SwitchingSubset)
        {
            pass.Travel(now => now with { Stage = Stage.ResettingWeights, EnteredAt = pass.Now });
            pass.Route(candidate.Revision, candidate.Revision, Weight.Zero);
        }
        else if (!BaselineRules.IsGone(pass))
        {
            // before the hand-over, which is to take no longer than it must
            pass.Waiting = "the baseline's pods drain";
        }
        else
        {
            pass.Travel(now => now with { Stage = Stage.HandingOver, EnteredAt = pass.Now });
        }
    }

    /// <summary>Goes back when no candidate pod is ready before the hand-over: until then the stable pods stand by, whatever else holds the promotion up.</summary>
    public static bool FailsByPods(Pass pass)
    {
        if (pass.Status.Journey is not { Stage: Stage.SwitchingSubset or Stage.ResettingWeights or Stage.HandingOver, HandOverSentAt: null, Outcome: null } || pass.Replicas == 0 || pass.CandidateReady > 0)
        {
            return false;
        }

        var why = pass.CandidateReplicaSet switch
        {
            null => ": its ReplicaSet was deleted",
            { PodProblem: { } problem } => $": {problem}",
            _ => "",
        };
        RetreatRules.Begin(pass, Outcome.RolledBack, $"no candidate pod was ready during the promotion{why}");
        return true;
    }

    /// <summary>Whether the candidate's ReplicaSet may become the Deployment's now.</summary>
    public static bool Ready(Pass pass) =>
        pass.CandidateReplicaSet is { Owner: Owner.Rollout } replicaSet
        && pass.Observed.Deployment is { Paused: true } deployment
        && deployment.Template == replicaSet.Revision
        && replicaSet.Replicas == deployment.Replicas
        && replicaSet.Available >= deployment.Replicas;

    /// <summary>Whether ReplicaSets that the Deployment has beside the candidate's may go although it is not whole: it alone gets requests, as every proxy knows, and can answer.</summary>
    public static bool MayDrop(Pass pass, IEnumerable<ReplicaSetObservation> others) =>
        pass.CandidateReady > 0
        && (pass.Status.Traffic is null || pass.Propagated())
        && others.All(other => RetirementRules.CarriesNothing(pass, other.Revision));

    private static void HandOver(Pass pass, Journey journey, Arm candidate)
    {
        var replicaSet = pass.CandidateReplicaSet;
        if (replicaSet is { Owner: Owner.Deployment } && journey.HandOverSentAt is not null)
        {
            if (replicaSet.Replicas == pass.Replicas && OthersAreDown(pass))
            {
                Finish(pass, journey, candidate);
            }
            else if (!TurnsBack(pass, journey))
            {
                pass.Waiting = "the Deployment takes the pods over";
            }

            return;
        }

        if (journey.Outcome == Outcome.PromotedAtZero && pass.Replicas > 0 && journey.HandOverSentAt is null)
        {
            // replicas came while nothing had been handed over: now there is something to analyse
            pass.Travel(now => now with { Stage = Stage.Preparing, Outcome = null, EnteredAt = pass.Now, AnalysisRun = StartRules.AnalysisRun(pass, candidate.Revision, pass.Status.Attempts), Baseline = BaselineRules.Of(pass, pass.Status.Attempts) });
            return;
        }

        pass.Waiting = "the pods are handed over to the Deployment";
        if (journey.HandOverSentAt is null)
        {
            // at zero replicas an older revision is the Deployment's own already
            if ((Ready(pass) && SurgeRules.AllowsHandOver(pass, journey)) || (journey.Outcome == Outcome.PromotedAtZero && replicaSet is { Owner: Owner.Deployment, Replicas: 0 }))
            {
                pass.Travel(now => now with { HandOverSentAt = pass.Now });
            }
        }
        else if (!Ready(pass) && pass.Due(journey.HandOverSentAt.Value + Settling))
        {
            // it never arrived, and would be refused now: the way back is open again
            pass.Travel(now => now with { HandOverSentAt = null, Next = null });
            if (journey.Next is { } next)
            {
                RetreatRules.Begin(pass, Outcome.Aborted, $"ordered by {journey.By ?? "a person"}", ordered: true, next: next == pass.Status.Stable!.Revision ? null : next);
            }
        }
    }

    /// <summary>Goes back after the hand-over when the Deployment cannot complete it: the candidate's pods died or a person ordered it, and the stable pods still stand and are to stay.</summary>
    private static bool TurnsBack(Pass pass, Journey journey)
    {
        var ordered = journey.Next is not null;
        if ((!ordered && (pass.CandidateReady > 0 || pass.Replicas == 0)) || pass.StableReplicaSet is null or { Ready: 0 } or { Replicas: 0 } || !pass.Due(journey.HandOverSentAt!.Value + Settling))
        {
            return false;
        }

        var why = pass.CandidateReplicaSet?.PodProblem is { } problem ? $": {problem}" : "";
        RetreatRules.Begin(
            pass,
            ordered ? Outcome.Aborted : Outcome.RolledBack,
            ordered ? $"ordered by {journey.By ?? "a person"}" : $"no candidate pod was ready right after the hand-over{why}",
            ordered,
            next: journey.Next == pass.Status.Stable!.Revision ? null : journey.Next);
        return true;
    }

    private static bool OthersAreDown(Pass pass) =>
        pass.Observed.ReplicaSets.All(other => other.Owner != Owner.Deployment || other.Revision == pass.Status.Candidate!.Revision || other.Replicas == 0);

    private static void Finish(Pass pass, Journey journey, Arm candidate)
    {
        var former = pass.Status.Stable!;
        var outcome = journey.Outcome ?? Outcome.Promoted;
        var reason = outcome == Outcome.PromotedAtZero ? "nothing served, so it was promoted without analysis" : journey.Reason ?? pass.Status.Verdict?.Reason ?? "the plan ended";
        pass.Announce(outcome == Outcome.PromotedAtZero ? "PromotedAtZero" : "Promoted", $"{Pass.Describe(candidate)} is the stable revision, in place of {Pass.Describe(former)}: {reason}");
        pass.Status = HistoryRules.Add(pass, candidate, outcome, reason, journey.By, former.Revision) with
        {
            Stable = candidate with { StartedAt = null },
            Candidate = null,
            Journey = null,
            Pause = null,
            Refused = journey.ByCommand ? new Refusal(former with { StartedAt = null }, true, $"rolled back by {journey.By ?? "a person"}") : null,
        };
        if (pass.Status.Traffic is not null)
        {
            pass.Route(candidate.Revision, candidate.Revision, Weight.Zero);
        }

        if (!pass.Observed.Deleting)
        {
            StartRules.Follow(pass, journey.Next, journey.By);
        }
    }
}
