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

    private static Weight Largest(Weight first, Weight second, Weight third)
    {
        var largest = first > second ? first : second;
        return largest > third ? largest : third;
    }
}
