using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>The difference between what the status calls for and what is seen.</summary>
internal static class EffectRules
{
    public static ValueList<Effect> Undone(Pass pass)
    {
        var observed = pass.Observed;
        var effects = new List<Effect>();
        var status = pass.Status;
        if (!observed.Deleting && !observed.HasFinalizer && status.Stable is not null)
        {
            // nothing is changed before it is certain that it can be put back, but an abort waits for nothing
            Traffic(pass, effects);
            effects.RemoveAll(effect => !effect.LowersExposure);
            effects.Add(new Effect.AddFinalizer());
        }
        else
        {
            Traffic(pass, effects);
            TakeBack(pass, effects);
            if (observed.Deleting)
            {
                if (status.Journey is { HandOverSentAt: not null })
                {
                    HandOver(pass, effects);
                }

                Drain(pass, effects);
                effects.AddRange(ReleaseRules.Undone(pass));
            }
            else if (status.Plan is not null)
            {
                Deployment(pass, effects);
                Candidate(pass, effects);
                Baseline(pass, effects);
                HandOver(pass, effects);
                Drain(pass, effects);
                Surge(pass, effects);
                Analysis(pass, effects);
            }
        }

        if (observed.Command is { } command)
        {
            effects.Add(new Effect.ClearCommand(command.Raw));
        }

        return effects.ToValueList();
    }

    private static void Traffic(Pass pass, List<Effect> effects)
    {
        var status = pass.Status;
        var seen = pass.Observed.Traffic;
        if (status.Traffic is not { } wanted)
        {
            return;
        }

        if (pass.Observed.Deleting && status.Journey is null && !ReleaseRules.Orphans(status))
        {
            // from here the owner's weights are put back; only what would reach pods that are going is still taken away
            if ((seen.Exceeds(Weight.Zero) || seen.ReachesBaseline) && pass.Observed.ReplicaSets.Any(replicaSet => RetirementRules.IsLeftOver(pass, replicaSet) && replicaSet.Replicas > 0))
            {
                effects.Add(new Effect.SetWeight(Weight.Zero, true));
            }

            return;
        }

        if (!Stabilises(pass, wanted) || RetreatRules.Waits(pass))
        {
            return;
        }

        var retreats = status.Journey is null or { Stage: Stage.Retreating };
        var lowers = seen.Exceeds(wanted.Weight);
        var yields = status.StalledSince is not null && !((lowers && MustLeave(pass, wanted)) || BaselineRules.Starves(pass, wanted));
        var points = seen.StableSubset != wanted.StableSubset || seen.CandidateSubset != wanted.CandidateSubset
            || (wanted.Baseline is { } baseline && seen.BaselineSubset != baseline.Subset);
        if (points && (retreats || (seen.Problems.Count == 0 && !yields)))
        {
            var leaves = status.Journey is { Stage: Stage.Retreating } && seen.StableSubset != wanted.StableSubset;
            effects.Add(new Effect.PointSubsets(wanted.StableSubset, wanted.CandidateSubset, retreats && (lowers || leaves), wanted.Baseline?.Subset));
        }

        if (seen.Routes.Count > 0 && !seen.Carries(wanted.Weight, wanted.BaselineServes) && !yields && (lowers || !points))
        {
            effects.Add(new Effect.SetWeight(wanted.Weight, lowers, wanted.BaselineServes));
        }
    }

    /// <summary>Whether requests for the candidate are taken away whoever else sets the weights: it is being taken back, or nobody there could answer.</summary>
    private static bool MustLeave(Pass pass, TrafficStatus wanted) =>
        wanted.Weight == Weight.Zero && pass.Observed.Traffic.CandidateSubset != wanted.StableSubset;

    /// <summary>Whether what is wanted has pods to answer: the check in the same pass, whatever was true when it was decided.</summary>
    private static bool Stabilises(Pass pass, TrafficStatus wanted)
    {
        if (wanted.Weight == Weight.Zero)
        {
            return true;
        }

        return pass.Observed.ReplicaSetOf(wanted.CandidateSubset) is { Ready: > 0 };
    }

    private static void Deployment(Pass pass, List<Effect> effects)
    {
        var status = pass.Status;
        if (pass.Observed.Deployment is not { Deleting: false } deployment || status.Stable is null)
        {
            return;
        }

        if (!deployment.Paused && !status.NativeSeen)
        {
            effects.Add(new Effect.SetPaused(true));
        }
        else if (deployment.Paused && status.NativeSeen && (NativeRules.Bare(pass, deployment) || pass.Observed.ReplicaSets.Count(replicaSet => replicaSet is { Owner: Owner.Deployment, Replicas: > 0 }) > 1))
        {
            // paused half-way or without pods: only its own controller can finish what it began
            effects.Add(new Effect.SetPaused(false));
        }

        if (status.Journey is null && status.Plan is { RevertTemplate: true } && status.Refused is { ByCommand: false } refused
            && deployment.Template == refused.Arm.Revision && pass.StableReplicaSet is { } stable)
        {
            effects.Add(new Effect.SetTemplate(stable.Name));
        }

        if (status.NativeSeen && !deployment.Paused && status.Refused?.Arm.Revision == deployment.Template && pass.StableReplicaSet is { } former)
        {
            effects.Add(new Effect.SetTemplate(former.Name));
        }

        if (status.RestartStamp is { } stamp && deployment.RestartStamp != stamp)
        {
            effects.Add(new Effect.StampRestart(stamp));
        }
    }

    /// <summary>Scales a candidate down that the Deployment had taken over already, so that its controller keeps the stable pods.</summary>
    private static void TakeBack(Pass pass, List<Effect> effects)
    {
        if (pass.Status.Journey is { Stage: Stage.Retreating } && RetreatRules.HandedOver(pass) && RetirementRules.CarriesNothing(pass, pass.Status.Candidate!.Revision))
        {
            effects.Add(new Effect.ScaleReplicaSet(pass.CandidateReplicaSet!.Name, 0));
        }
    }

    private static void Candidate(Pass pass, List<Effect> effects)
    {
        var status = pass.Status;
        if (status.Journey is not { Stage: not Stage.Retreating } journey || status.Candidate is not { } candidate || pass.Observed.Deployment is not { } deployment)
        {
            return;
        }

        var needed = ScaleRules.CandidatePods(pass);
        switch (pass.CandidateReplicaSet)
        {
            case null when !journey.ByCommand && deployment.Template == candidate.Revision:
                effects.Add(new Effect.CreateReplicaSet(candidate.Revision, needed));
                break;
            case { Owner: Owner.Deployment, Replicas: 0 } checkedIn when journey.HandOverSentAt is null && journey.Outcome != Outcome.PromotedAtZero:
                effects.Add(new Effect.CheckOut(checkedIn.Name));
                break;
            case { Owner: Owner.Rollout } owned when owned.Replicas != needed && MayScale(pass, owned, needed):
                effects.Add(new Effect.ScaleReplicaSet(owned.Name, needed));
                break;
        }
    }

    private static void Baseline(Pass pass, List<Effect> effects)
    {
        var needed = ScaleRules.BaselinePods(pass);
        if (needed == 0 || pass.Status.Journey?.Baseline is not { } baseline)
        {
            return;
        }

        switch (pass.BaselineReplicaSet)
        {
            case null when pass.StableReplicaSet is { } stable:
                effects.Add(new Effect.CreateBaseline(baseline.ReplicaSet, baseline.Revision, stable.Name, needed));
                break;
            case { } owned when owned.Replicas != needed:
                effects.Add(new Effect.ScaleReplicaSet(owned.Name, needed));
                break;
        }
    }

    /// <summary>A candidate that still gets requests is never scaled to nothing.</summary>
    private static bool MayScale(Pass pass, ReplicaSetObservation owned, int needed) =>
        needed > 0 || RetirementRules.CarriesNothing(pass, owned.Revision);

    private static void HandOver(Pass pass, List<Effect> effects)
    {
        if (pass.Status.Journey is not { Stage: Stage.HandingOver } journey || pass.Observed.Deployment is not { } deployment || pass.CandidateReplicaSet is not { } candidate)
        {
            return;
        }

        var most = deployment.Replicas + deployment.MaxSurge;
        if (journey.ByCommand && deployment.Template != candidate.Revision)
        {
            effects.Add(new Effect.SetTemplate(candidate.Name));
        }
        else if (candidate.Owner == Owner.Rollout)
        {
            if (journey.HandOverSentAt is not null && PromotionRules.Ready(pass))
            {
                effects.Add(new Effect.HandOver(candidate.Name, deployment.Replicas, most));
            }
        }
        else if (journey.HandOverSentAt is not null)
        {
            Settle(pass, effects, deployment, candidate);
        }
    }

    /// <summary>Puts right what the Deployment's controller cannot end by itself once it owns both: it would scale them in proportion for ever.</summary>
    private static void Settle(Pass pass, List<Effect> effects, DeploymentObservation deployment, ReplicaSetObservation candidate)
    {
        var others = pass.Observed.ReplicaSets.Where(other => other is { Owner: Owner.Deployment, Replicas: > 0 } && other.Revision != candidate.Revision).ToList();
        var marked = candidate.Replicas == deployment.Replicas && candidate.DesiredReplicas == deployment.Replicas;
        var whole = candidate.Replicas == deployment.Replicas && candidate.Available >= deployment.Replicas;
        if (others.Count > 0 && PromotionRules.MayDrop(pass, others) && (deployment.Template != candidate.Revision || !(marked || whole)))
        {
            // the controller shares the replicas and the surge out among all that are active, or no longer knows which is the new one;
            // what gets no requests leaves, and the one that is left is scaled to the Deployment's replicas
            effects.AddRange(others.Select(other => new Effect.ScaleReplicaSet(other.Name, 0)));
        }
        else if (!marked && (others.Count > 0 || candidate.Replicas == 0))
        {
            effects.Add(new Effect.Saturate(candidate.Name, deployment.Replicas, deployment.Replicas + deployment.MaxSurge));
        }
    }

    /// <summary>Comes after all that touches pods: whoever refuses it holds up nothing else.</summary>
    private static void Surge(Pass pass, List<Effect> effects)
    {
        if (pass.Observed.Deployment is { Deleting: false } deployment && pass.Status.Stable is not null && SurgeRules.Undone(pass, deployment) is { } surge)
        {
            effects.Add(surge);
        }
    }

    private static void Drain(Pass pass, List<Effect> effects)
    {
        var status = pass.Status;
        if (status.Plan is not { } plan)
        {
            return;
        }

        foreach (var replicaSet in pass.Observed.ReplicaSets)
        {
            if (!RetirementRules.IsLeftOver(pass, replicaSet))
            {
                continue;
            }

            if (replicaSet.Replicas > 0)
            {
                var entry = status.Retiring.FirstOrDefault(retiring => retiring.Revision == replicaSet.Revision);
                if (entry is not null && entry.Since + plan.ScaleDownDelay <= pass.Now && RetirementRules.CarriesNothing(pass, replicaSet.Revision) && !IsLastReady(pass, replicaSet))
                {
                    effects.Add(new Effect.ScaleReplicaSet(replicaSet.Name, 0));
                }
            }
            else if (replicaSet.Pods == 0 && status.Refused?.Arm.Revision != replicaSet.Revision && pass.Observed.Traffic.CandidateSubset != replicaSet.Revision
                && pass.Observed.Traffic.BaselineSubset != replicaSet.Revision)
            {
                effects.Add(replicaSet.HistoryRevision is null || pass.Observed.Deployment is null ? new Effect.DeleteReplicaSet(replicaSet.Name) : new Effect.CheckIn(replicaSet.Name));
            }
        }
    }

    /// <summary>Whether nothing but these pods and others that go could answer: they are kept, whatever they were.</summary>
    private static bool IsLastReady(Pass pass, ReplicaSetObservation replicaSet) =>
        replicaSet.Ready > 0
        && pass.Observed.Deployment is { Deleting: false, Replicas: > 0 }
        && pass.Observed.ReplicaSets.All(other => other.Ready == 0 || RetirementRules.IsLeftOver(pass, other));

    private static void Analysis(Pass pass, List<Effect> effects)
    {
        var status = pass.Status;
        var current = status.Journey?.AnalysisRun;
        var runs = pass.Observed.AnalysisRuns;
        if (current is not null && status.Candidate is { } candidate && pass.Observed.Metrics is { } metrics && runs.All(run => run.Name != current))
        {
            effects.Add(new Effect.StartAnalysis(current, status.Stable!.Revision, candidate.Revision, VerdictRules.WithKnown(metrics, status.Learned), BaselineRules.Pinned(pass)));
        }

        var last = status.History.Count > 0 ? status.History[0] : null;
        foreach (var run in runs)
        {
            if (!run.Finished && run.Name != current)
            {
                effects.Add(new Effect.FinishAnalysis(run.Name, last?.Outcome ?? Outcome.Released, last?.Reason ?? "", status.Verdict?.AnalysisRun == run.Name ? status.Verdict : null));
            }
        }

        var finished = runs.Where(run => run.Finished && run.Name != current).ToList();
        effects.AddRange(finished.Take(Math.Max(0, finished.Count - pass.Plan.Analysis.History)).Select(run => new Effect.DeleteAnalysis(run.Name)));
    }
}
