using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>How many candidate pods a rollout needs where it stands.</summary>
internal static class ScaleRules
{
    public static int CandidatePods(Pass pass) => pass.Status.Journey switch
    {
        null => 0,
        { Stage: Stage.Preparing } => pass.FirstWeight.PodsOf(pass.Replicas),
        { Stage: Stage.Stepping } => Largest(pass.PlannedWeight, pass.Status.Traffic?.Weight ?? Weight.Zero, pass.PlannedWeight == Weight.Zero ? pass.FirstWeight : Weight.Zero).PodsOf(pass.Replicas),
        { Stage: Stage.Retreating } => pass.CandidateReplicaSet?.Replicas ?? 0,
        _ => pass.Replicas,
    };

    /// <summary>Baseline pods: for the requests that they have and for those that they are about to get; 0 where none are needed, or no more.</summary>
    public static int BaselinePods(Pass pass) => pass.Status.Journey switch
    {
        { Baseline: null } or { Express: true } => 0,
        { Stage: Stage.Preparing } => BaselinePods(pass, pass.FirstWeight),
        { Stage: Stage.Stepping } => Math.Max(
            BaselinePods(pass, pass.PlannedWeight == Weight.Zero ? pass.FirstWeight : pass.PlannedWeight),
            BaselinePods(pass, pass.Status.Traffic?.Weight ?? Weight.Zero)),
        _ => 0,
    };

    /// <summary>Baseline pods beside a candidate of a weight.</summary>
    public static int BaselinePods(Pass pass, Weight weight) => WeightSplit.BaselinePods(weight, weight.PodsOf(pass.Replicas)) switch
    {
        0 => 0,
        var pods => Math.Max(pods, pass.Plan.Analysis.BaselineReplicas ?? 1),
    };

    private static Weight Largest(Weight first, Weight second, Weight third)
    {
        var largest = first > second ? first : second;
        return largest > third ? largest : third;
    }
}
