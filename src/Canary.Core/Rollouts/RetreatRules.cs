using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>The way back: traffic first, everything else after.</summary>
internal static class RetreatRules
{
    public static void Begin(Pass pass, Outcome outcome, string reason, bool ordered = false, string? by = null, Revision? next = null)
    {
        var candidate = pass.Status.Candidate!;
        pass.Announce(
            outcome switch
            {
                Outcome.RolledBack => "RollingBack",
                Outcome.Aborted => "Aborting",
                Outcome.Superseded => "Superseded",
                Outcome.Reverted => "Reverted",
                _ => "Released",
            },
            $"{Pass.Describe(candidate)} is taken back from {pass.Status.Traffic?.Weight ?? Weight.Zero}: {reason}",
            warning: outcome is Outcome.RolledBack or Outcome.Aborted);
        pass.Status = pass.Status with { Pause = null };
        pass.Travel(now => now with
        {
            Stage = Stage.Retreating,
            EnteredAt = pass.Now,
            HeldSince = null,
            ShortSince = null,
            NoDataSince = null,
            HandOverSentAt = null,
            Outcome = outcome,
            Reason = reason,
            RetreatOrdered = ordered,
            By = by ?? now.By,
            Next = next,
        });
    }

    public static void Advance(Pass pass)
    {
        var status = pass.Status;
        var journey = status.Journey!;
        var stable = status.Stable!.Revision;
        if (status.Traffic is { } traffic)
        {
            if (Waits(pass))
            {
                pass.Waiting = "no stable pod is ready to take the traffic back; an abort by a person does not wait for one";
                return;
            }

            pass.Route(stable, traffic.CandidateSubset, Weight.Zero);
            if (!Back(pass, stable))
            {
                pass.Waiting = "the traffic goes back";
                return;
            }
        }

        if (HandedOver(pass))
        {
            pass.Waiting = "the candidate's pods, which the Deployment had taken over, are scaled down";
            return;
        }

        End(pass, journey);
    }

    /// <summary>Whether the Deployment has taken the candidate over beside stable: its controller would scale stable down as soon as the candidate were whole.</summary>
    public static bool HandedOver(Pass pass) =>
        pass.CandidateReplicaSet is { Owner: Owner.Deployment, Replicas: > 0 } && pass.StableReplicaSet is { Ready: > 0 };

    /// <summary>Whether a retreat that no person ordered waits: nobody but the candidate could answer the requests that it has.</summary>
    public static bool Waits(Pass pass) =>
        pass.Status is { Journey: { Stage: Stage.Retreating, RetreatOrdered: false }, Traffic: { } traffic }
        && pass.StableReplicaSet is null or { Ready: 0 }
        && pass.CandidateReady > 0
        && pass.Replicas > 0
        && Exposed(pass, traffic);

    private static bool Exposed(Pass pass, TrafficStatus traffic) =>
        traffic.Weight > Weight.Zero || pass.Observed.Traffic.Exceeds(Weight.Zero) || traffic.StableSubset != pass.Status.Stable!.Revision;

    /// <summary>Whether every route that exists has left the candidate.</summary>
    private static bool Back(Pass pass, Revision stable)
    {
        var seen = pass.Observed.Traffic;
        return seen.Routes.All(route => route.CandidateWeight == 0) && !seen.ReachesBaseline && (seen.StableSubset == stable || seen.Problems.Count > 0);
    }

    private static void End(Pass pass, Journey journey)
    {
        var candidate = pass.Status.Candidate!;
        var outcome = journey.Outcome ?? Outcome.Aborted;
        var reason = journey.Reason ?? "";
        pass.Announce("RolledBack", $"{Pass.Describe(pass.Status.Stable!)} serves all requests; {Pass.Describe(candidate)} was taken back: {reason}", warning: outcome is Outcome.RolledBack or Outcome.Aborted);
        var refuse = (outcome is Outcome.RolledBack or Outcome.Aborted) && (!journey.ByCommand || pass.Observed.Deployment?.Template == candidate.Revision);
        pass.Status = HistoryRules.Add(pass, candidate, outcome, reason, journey.By, pass.Status.Stable!.Revision) with
        {
            Candidate = null,
            Journey = null,
            Pause = null,
            Refused = refuse ? new Refusal(candidate, false, reason) : pass.Status.Refused,
        };
        if (!pass.Observed.Deleting)
        {
            StartRules.Follow(pass, journey.Next, journey.By);
        }
    }
}
