using Canary.Core.Rollouts;
using Canary.Engine.Ports;

namespace Canary.Engine.Reconciling;

/// <summary>Effects that stand on each other: when one fails, those of its group that follow are left for the next pass.</summary>
internal enum EffectGroup
{
    /// <summary>Our mark on the Rollout.</summary>
    Finalizer,

    /// <summary>Routes and subsets.</summary>
    Traffic,

    /// <summary>The Deployment and ReplicaSets.</summary>
    Workload,

    /// <summary>AnalysisRuns.</summary>
    Analysis,

    /// <summary>The command annotation.</summary>
    Command,
}

/// <summary>What an effect stands on.</summary>
internal static class EffectGroups
{
    /// <summary>Finds the group of an effect.</summary>
    public static EffectGroup Of(Effect effect) => effect switch
    {
        Effect.AddFinalizer or Effect.RemoveFinalizer => EffectGroup.Finalizer,
        Effect.PointSubsets or Effect.SetWeight or Effect.RestoreTraffic => EffectGroup.Traffic,
        Effect.CreateReplicaSet or Effect.CreateBaseline or Effect.ScaleReplicaSet or Effect.DeleteReplicaSet => EffectGroup.Workload,
        Effect.CheckOut or Effect.CheckIn or Effect.HandOver or Effect.Saturate => EffectGroup.Workload,
        Effect.SetPaused or Effect.SetSurge or Effect.SetTemplate or Effect.StampRestart => EffectGroup.Workload,
        Effect.StartAnalysis or Effect.FinishAnalysis or Effect.DeleteAnalysis => EffectGroup.Analysis,
        Effect.ClearCommand => EffectGroup.Command,
        _ => throw new ArgumentOutOfRangeException(nameof(effect), effect, "has no group"),
    };

    /// <summary>Says whether an effect has to wait for the next pass because others of this pass failed.</summary>
    /// <param name="snapshot">What was read.</param>
    /// <param name="effect">The effect that comes next.</param>
    /// <param name="failed">Groups of which an effect failed.</param>
    public static bool Waits(Snapshot snapshot, Effect effect, IReadOnlySet<EffectGroup> failed)
    {
        if (failed.Count == 0 || effect.LowersExposure)
        {
            return false;
        }

        return failed.Contains(Of(effect))
            || effect is Effect.RemoveFinalizer // afterwards nobody would come back for the rest
            || failed.Contains(EffectGroup.Finalizer) // without our mark nobody would put back what is changed now
            || (failed.Contains(EffectGroup.Traffic) && TakesPods(snapshot, effect)); // traffic leaves first
    }

    private static bool TakesPods(Snapshot snapshot, Effect effect) => effect switch
    {
        Effect.DeleteReplicaSet or Effect.HandOver or Effect.CheckIn => true,
        Effect.ScaleReplicaSet scale => snapshot.Observation.ReplicaSets.Any(set => set.Name == scale.Name && scale.Replicas < set.Replicas),
        _ => false,
    };
}
