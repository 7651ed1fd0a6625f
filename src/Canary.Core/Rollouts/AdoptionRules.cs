using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>How a Deployment comes under a Rollout, and what happens when it goes.</summary>
internal static class AdoptionRules
{
    public static void Adopt(Pass pass)
    {
        var deployment = pass.Observed.Deployment!;
        if (pass.Observed.Spec is null)
        {
            pass.Waiting = "the spec is not valid";
            return;
        }

        var active = pass.Observed.ReplicaSets.Where(replicaSet => replicaSet.Owner == Owner.Deployment && replicaSet.Replicas > 0).ToList();
        var stable = deployment.Replicas == 0 && active.Count == 0
            ? pass.Observed.ReplicaSets.FirstOrDefault(replicaSet => replicaSet.Owner == Owner.Deployment && replicaSet.Revision == deployment.Template)
            : active.Count == 1 ? active[0] : null;
        if (stable is null || !deployment.Observed || (stable.Revision != deployment.Template && !deployment.Paused))
        {
            pass.Waiting = deployment is { Paused: true, Replicas: > 0 } && active.Count == 0
                ? "the Deployment is paused and has no pods; unpause it, so that its controller makes them"
                : "waits until the Deployment's own update has finished";
            return;
        }

        pass.Status = pass.Status with
        {
            Stable = new Arm(stable.Revision, stable.Name, stable.Image),
            Original = pass.Status.Original ?? new Original(deployment.Paused, null),
            RestartStamp = null,
        };
        pass.Announce("Adopted", $"{Pass.Describe(pass.Status.Stable)} is the stable revision");
    }

    public static void LoseDeployment(Pass pass)
    {
        var status = pass.Status;
        pass.Waiting = "the Deployment does not exist";
        if (status.Stable is null)
        {
            return;
        }

        if (status.Journey is not null)
        {
            pass.Status = HistoryRules.Add(pass, status.Candidate!, Outcome.Released, "the Deployment was deleted", status.Journey.By, status.Stable.Revision) with { Journey = null, Candidate = null, Pause = null };
        }

        pass.Announce("DeploymentDeleted", "the Deployment was deleted; candidate pods are removed and the Rollout waits for a new Deployment", warning: true);
        if (status.Traffic is { } traffic)
        {
            pass.Route(traffic.StableSubset, traffic.CandidateSubset, Weight.Zero);
        }

        pass.Status = pass.Status with { Stable = null, Refused = null, RestartStamp = null, UnpausedSeen = false, NativeSeen = false };
    }
}
