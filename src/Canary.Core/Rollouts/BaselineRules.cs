using System.Globalization;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>Fresh pods of the stable revision beside a candidate: when there are some, and when they get requests.</summary>
/// <remarks>The candidate's share never depends on them, and nothing that lowers it waits for them.</remarks>
internal static class BaselineRules
{
    /// <summary>The longest part of the stable revision's hash that a baseline's carries; with the attempt's number it stays within a label.</summary>
    private const int LongestHash = 40;

    /// <summary>Names the baseline of a rollout; null when none is asked for, or nothing is analysed.</summary>
    /// <remarks>The attempt is part of the name: pods of the rollout before, which still drain, are as old as that one.</remarks>
    public static Arm? Of(Pass pass, int attempt)
    {
        if (pass.Plan.Analysis is not { Baseline: BaselineKind.Fresh, Templates.Count: > 0 } || pass.Status.Stable is not { } stable)
        {
            return null;
        }

        var hash = stable.Revision.Hash.Length > LongestHash ? stable.Revision.Hash[..LongestHash] : stable.Revision.Hash;
        var revision = new Revision(string.Create(CultureInfo.InvariantCulture, $"{hash}-b{attempt}"));
        return new Arm(revision, $"{pass.Plan.Deployment}-{revision}", stable.Image, pass.Now);
    }

    /// <summary>How a rollout under way is judged: with the baseline that it began with.</summary>
    public static AnalysisSpec Pinned(Pass pass) =>
        pass.Plan.Analysis with { Baseline = pass.Status.Journey?.Baseline is null ? BaselineKind.Stable : BaselineKind.Fresh };

    /// <summary>Whether a ReplicaSet is the baseline of the rollout under way, at a weight that leaves it something to do.</summary>
    public static bool IsNeeded(Pass pass, ReplicaSetObservation replicaSet) =>
        pass.Status.Journey?.Baseline?.Revision == replicaSet.Revision && ScaleRules.BaselinePods(pass) > 0;

    /// <summary>Whether no baseline has replicas any more.</summary>
    public static bool IsGone(Pass pass) => pass.Observed.ReplicaSets.All(replicaSet => !replicaSet.IsBaseline || replicaSet.Replicas == 0);

    /// <summary>Whether the baseline ought to have requests at a weight and has none.</summary>
    public static bool Lacks(Pass pass, Weight weight) => ScaleRules.BaselinePods(pass, weight) > 0 && pass.Status is { Journey: { Baseline: not null, Express: false }, Traffic.BaselineServes: false };

    /// <summary>Whether the baseline can take its share beside a candidate of a weight; when not, what is waited for is said.</summary>
    public static bool IsReady(Pass pass, Weight weight)
    {
        if (pass.Status.Journey is not { Baseline: { } baseline, Express: false } || ScaleRules.BaselinePods(pass, weight) is var needed && needed == 0)
        {
            return true;
        }

        if (!HasPods(pass, needed))
        {
            return false;
        }

        if (pass.Status.Traffic?.Baseline?.Subset != baseline.Revision || (!pass.Status.Traffic.BaselineServes && !pass.Propagated()))
        {
            pass.Waiting = "the proxies are learning of the baseline";
            return false;
        }

        return true;
    }

    /// <summary>Whether enough baseline pods are available; when not, that is said.</summary>
    public static bool HasPods(Pass pass, int needed)
    {
        if (needed == 0 || pass.BaselineReplicaSet is { Ready: > 0 } replicaSet && replicaSet.Available >= needed)
        {
            return true;
        }

        pass.Waiting = string.Create(CultureInfo.InvariantCulture, $"{pass.BaselineReplicaSet?.Available ?? 0} of {needed} baseline pods are available");
        return false;
    }

    /// <summary>What is told of the baseline when a weight is set; empty when there is none.</summary>
    public static string Words(Pass pass, Weight weight) => pass.Status.Journey is { Baseline: { } baseline, Express: false } && ScaleRules.BaselinePods(pass, weight) > 0
        ? $", {WeightSplit.Of(weight, 100, baseline: true).Baseline} % to its baseline {baseline.Revision}"
        : "";

    /// <summary>Keeps the baseline's traffic as its pods are: takes its requests away when too few are ready, whatever holds the plan up.</summary>
    public static void Advance(Pass pass)
    {
        if (pass.Status.Traffic is not { } traffic || RetreatRules.Waits(pass))
        {
            return;
        }

        var wanted = traffic with { Baseline = Beside(pass, traffic, raises: false) };
        if (traffic.BaselineServes && !wanted.BaselineServes && pass.Status.Journey is { Stage: Stage.Stepping, Express: false })
        {
            var replicaSet = pass.BaselineReplicaSet;
            var why = replicaSet?.PodProblem is { } problem ? $": {problem}" : "";
            pass.Announce("BaselineNotReady", string.Create(CultureInfo.InvariantCulture, $"{replicaSet?.Ready ?? 0} of {ScaleRules.BaselinePods(pass)} baseline pods are ready; its requests go to the stable revision{why}"), warning: true);
        }

        pass.Route(wanted);
    }

    /// <summary>What the baseline's traffic should look like beside a candidate's.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="wanted">The traffic otherwise, with the baseline's as it was.</param>
    /// <param name="raises">Whether a baseline without requests may get its share.</param>
    /// <returns>Null when the subset is not managed.</returns>
    public static BaselineTraffic? Beside(Pass pass, TrafficStatus wanted, bool raises = true)
    {
        var baseline = pass.Status.Journey?.Baseline;
        if (wanted.Baseline is null ? !Begins(pass) : Ends(pass))
        {
            return null;
        }

        var before = wanted.Baseline ?? new BaselineTraffic(wanted.StableSubset, false);
        var subset = (baseline, pass.BaselineReplicaSet) switch
        {
            // together with the candidate's, once its pods are there
            ({ } arm, { Ready: > 0 } pods) when before.Subset != arm.Revision && wanted.CandidateSubset == pass.Status.Candidate?.Revision && IsNeeded(pass, pods) && pods.Available >= ScaleRules.BaselinePods(pass) => arm.Revision,
            _ when pass.Observed.ReplicaSetOf(before.Subset) is { IsBaseline: true, Pods: > 0 } => before.Subset,

            // its pods are gone: a stray request must find somebody
            _ => wanted.StableSubset,
        };
        var serves = (before.Serves || raises)
            && before.Subset == subset
            && subset == baseline?.Revision
            && pass.Status.Journey is { Stage: Stage.Stepping, Express: false }
            && Bears(pass, wanted.Weight, before.Serves);
        return new BaselineTraffic(subset, serves);
    }

    /// <summary>Whether the baseline's subset has requests that nobody there could answer, whoever set the weights.</summary>
    public static bool Starves(Pass pass, TrafficStatus wanted) =>
        !wanted.BaselineServes && pass.Observed.Traffic is { ReachesBaseline: true, BaselineSubset: { } subset } && pass.Observed.ReplicaSetOf(subset) is null or { Ready: 0 };

    /// <summary>Whether the baseline's pods bear its share: all of them at first, later at least half, so that none has more than twice its load.</summary>
    private static bool Bears(Pass pass, Weight weight, bool serves)
    {
        var needed = ScaleRules.BaselinePods(pass, weight);
        return needed > 0 && pass.BaselineReplicaSet is { Ready: > 0 } replicaSet && (serves ? 2 * replicaSet.Ready >= needed : replicaSet.Available >= needed);
    }

    private static bool Begins(Pass pass) => pass.Plan.Analysis.Baseline == BaselineKind.Fresh || pass.Status.Journey?.Baseline is not null;

    /// <summary>Whether nobody asks for a baseline any more, and its owner has taken it out of the routes.</summary>
    private static bool Ends(Pass pass) =>
        !Begins(pass) && pass.Observed.Traffic is { Problems.Count: 0, Routes.Count: > 0 } seen && seen.Routes.All(route => route.BaselineWeight is null);
}
