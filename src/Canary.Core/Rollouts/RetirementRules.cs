using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>Keeps the list of candidates of the past whose pods drain.</summary>
internal static class RetirementRules
{
    public static void Advance(Pass pass)
    {
        var status = pass.Status;
        var kept = new List<RetiringRevision>();
        foreach (var replicaSet in pass.Observed.ReplicaSets)
        {
            if (!IsLeftOver(pass, replicaSet) || (replicaSet.Replicas == 0 && replicaSet.Pods == 0))
            {
                continue;
            }

            var known = status.Retiring.FirstOrDefault(entry => entry.Revision == replicaSet.Revision);
            if (known is null && !CarriesNothing(pass, replicaSet.Revision))
            {
                continue;
            }

            var entry = known ?? new RetiringRevision(replicaSet.Revision, pass.Now);
            kept.Add(entry);
            if (status.Plan is { } plan)
            {
                pass.LookAt(entry.Since + plan.ScaleDownDelay);
            }
        }

        var retiring = kept.OrderBy(entry => entry.Since).ThenBy(entry => entry.Revision.Hash, StringComparer.Ordinal).ToValueList();
        if (retiring != status.Retiring)
        {
            status = pass.Status = status with { Retiring = retiring };
        }

        if (status is { Journey: null, Traffic: { } traffic, Stable: { } stable } && (pass.Status.ReleasingSince is null || ReleaseRules.Orphans(pass.Status)) && traffic.CandidateSubset != stable.Revision
            && traffic.Weight == Weight.Zero && pass.Observed.ReplicaSetOf(traffic.CandidateSubset) is null or { Pods: 0 })
        {
            // its pods are gone: a stray request to the candidate's subset must find somebody
            pass.Route(traffic.StableSubset, stable.Revision, Weight.Zero);
        }
    }

    /// <summary>Whether a ReplicaSet is the Rollout's and neither on trial nor serving.</summary>
    public static bool IsLeftOver(Pass pass, ReplicaSetObservation replicaSet) =>
        replicaSet.Owner == Owner.Rollout
        && !(pass.Status.Journey is not null && replicaSet.Revision == pass.Status.Candidate?.Revision)
        && !BaselineRules.IsNeeded(pass, replicaSet)
        && replicaSet.Revision != pass.Status.Stable?.Revision;

    /// <summary>Whether a revision gets no requests, as seen now.</summary>
    public static bool CarriesNothing(Pass pass, Revision revision)
    {
        var seen = pass.Observed.Traffic;
        return seen.StableSubset != revision
            && (seen.CandidateSubset != revision || seen.Routes.All(route => route.CandidateWeight == 0))
            && (seen.BaselineSubset != revision || !seen.ReachesBaseline);
    }
}
