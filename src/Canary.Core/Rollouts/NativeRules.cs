using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>What happens when somebody unpauses the Deployment.</summary>
internal static class NativeRules
{
    /// <summary>Whether the Deployment's own controller has begun to replace the stable pods.</summary>
    public static bool UnderWay(Pass pass)
    {
        var deployment = pass.Observed.Deployment!;
        if (pass.Observed.Status.Original is null || pass.Status.Journey is { HandOverSentAt: not null })
        {
            return false;
        }

        var others = pass.Observed.ReplicaSets.Any(replicaSet => replicaSet is { Owner: Owner.Deployment, Replicas: > 0 } && replicaSet.Revision != pass.Status.Stable!.Revision);
        if (deployment.Paused)
        {
            // scaled up from zero its controller takes the ReplicaSet of its template, which may not be the stable one;
            // and a pause may come a moment too late, when an update has begun
            return (deployment.Replicas > 0 && pass.StableReplicaSet is null or { Replicas: 0, Pods: 0 } && others)
                || (pass.Status.Journey is null && (others || (Bare(pass, deployment) && pass.Status.Refused?.Arm.Revision != deployment.Template)));
        }

        return pass.Status.NativeSeen || others || Bare(pass, deployment);
    }

    /// <summary>Whether the Deployment has no ReplicaSet that could have pods: it was made anew, or somebody deleted what served. Paused, it would stay so.</summary>
    public static bool Bare(Pass pass, DeploymentObservation deployment) =>
        deployment.Replicas > 0 && pass.StableReplicaSet is null && pass.Observed.ReplicaSets.All(replicaSet => replicaSet.Owner != Owner.Deployment || replicaSet.Replicas == 0);

    /// <summary>Lets the native update finish, keeps traffic on the revision with the most ready pods, then takes the result as stable, unanalysed.</summary>
    public static void Follow(Pass pass)
    {
        var deployment = pass.Observed.Deployment!;
        var status = pass.Status;
        if (!status.NativeSeen)
        {
            pass.Announce("NativeUpdate", (Bare(pass, deployment), deployment.Paused) switch
            {
                (true, _) => "the Deployment has no pods and no ReplicaSet of the stable revision; its own controller makes them, unanalysed",
                (_, true) => "the Deployment's controller runs another revision than the stable one; it is taken as stable, unanalysed",
                _ => "somebody unpaused the Deployment and its own update has begun; it is let finish, unanalysed",
            }, warning: true);
        }

        if (status.Journey is not null)
        {
            status = HistoryRules.Add(pass, status.Candidate!, Outcome.Superseded, "the Deployment updates itself", status.Journey.By, status.Stable!.Revision) with { Journey = null, Candidate = null, Pause = null };
        }

        pass.Status = status = status with { NativeSeen = true, UnpausedSeen = true };
        pass.Waiting = "the Deployment's own update is let finish";
        var active = pass.Observed.ReplicaSets.Where(replicaSet => replicaSet.Owner == Owner.Deployment && replicaSet.Replicas > 0).ToList();
        if (status.Traffic is { } traffic)
        {
            var serving = active.Where(replicaSet => replicaSet.Ready > 0).MaxBy(replicaSet => replicaSet.Ready)?.Revision ?? traffic.StableSubset;
            pass.Route(serving, traffic.CandidateSubset == status.Stable!.Revision ? serving : traffic.CandidateSubset, Weight.Zero);
        }

        if (active.Count == 1 && (deployment.Paused || (active[0].Revision == deployment.Template && active[0].Available >= deployment.Replicas)) && deployment.Observed)
        {
            Finish(pass, new Arm(active[0].Revision, active[0].Name, active[0].Image), status.Stable!);
        }
    }

    private static void Finish(Pass pass, Arm arm, Arm former)
    {
        if (arm.Revision == former.Revision)
        {
            pass.Announce("NativeUpdateEnded", $"{Pass.Describe(arm)} serves as before");
            pass.Status = pass.Status with { NativeSeen = false };
            return;
        }

        pass.Announce("Unanalysed", $"{Pass.Describe(arm)} is the stable revision, without analysis", warning: true);
        pass.Status = HistoryRules.Add(pass, arm, Outcome.Unanalysed, "the Deployment updated itself", null, former.Revision) with { Stable = arm, NativeSeen = false, Refused = null };
    }

    /// <summary>Tells once that somebody unpaused the Deployment; it is paused again.</summary>
    public static void WatchPause(Pass pass)
    {
        var status = pass.Status;
        var paused = pass.Observed.Deployment!.Paused;
        if (paused && (status.UnpausedSeen || status.NativeSeen))
        {
            pass.Status = status with { UnpausedSeen = false, NativeSeen = false };
        }
        else if (!paused && status.Traffic is not null && !status.UnpausedSeen)
        {
            pass.Announce("DeploymentUnpaused", "somebody unpaused the Deployment; it is paused again, so that no update passes the analysis by", warning: true);
            pass.Status = status with { UnpausedSeen = true };
        }
    }
}
