using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>A decision would have broken a promise. Nothing of it may be done; a person should look.</summary>
public sealed class InvariantException : Exception
{
    internal InvariantException(string message)
        : base(message)
    {
    }
}

/// <summary>The promises that hold for every decision, checked on each one.</summary>
internal static class Invariants
{
    public static void Check(Observation observed, Decision decision)
    {
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case Effect.SetWeight { Baseline: true } when !Ready(observed, decision.Status.Traffic?.Baseline?.Subset):
                    throw new InvariantException("Refused: the baseline would get requests without a ready pod.");
                case Effect.SetWeight { Lowers: false } set when set.To > Weight.Zero:
                    Require(Ready(observed, decision.Status.Traffic?.CandidateSubset), $"weight {set.To} would go to a subset without a ready pod");
                    Require(decision.Status.Journey is not null, $"weight {set.To} would be set while no rollout is under way");
                    break;
                case Effect.PointSubsets point when !point.Retreat && point.Stable != observed.Traffic.StableSubset && decision.Status.Journey is { Stage: Stage.SwitchingSubset }:
                    Require(Ready(observed, point.Stable), $"the stable subset would select revision {point.Stable} without a ready pod");
                    break;
                case Effect.ScaleReplicaSet scale:
                    Scaled(observed, decision, scale.Name, scale.Replicas);
                    break;
                case Effect.DeleteReplicaSet delete:
                    Scaled(observed, decision, delete.Name, 0);
                    break;
                case Effect.HandOver hand:
                    var candidate = observed.ReplicaSets.First(replicaSet => replicaSet.Name == hand.Name);
                    Require(candidate.Revision == decision.Status.Candidate?.Revision, "another revision than the one on trial would be promoted");
                    Require(candidate.Available >= hand.Replicas && candidate.Replicas == hand.Replicas, "an unsaturated ReplicaSet would be handed over");
                    break;
            }
        }
    }

    private static void Scaled(Observation observed, Decision decision, string name, int replicas)
    {
        var replicaSet = observed.ReplicaSets.First(candidate => candidate.Name == name);
        if (replicaSet.Owner == Owner.Deployment)
        {
            Require(replicaSet.Revision != decision.Status.Stable?.Revision || IsReplaced(observed, decision, replicaSet.Revision), "the stable pods would be scaled before the hand-over has completed");
        }

        if (replicas == 0 && replicaSet.Ready > 0 && observed.Deployment is { Deleting: false, Replicas: > 0 })
        {
            Require(observed.ReplicaSets.Any(other => other.Ready > 0 && !IsScaledToZero(decision, other.Name)), "the last ready pods would be scaled down");
        }
    }

    /// <summary>
    /// Whether the hand-over is complete but for sizes: the candidate is the Deployment's, has a ready pod, and gets every request, so that none is left for what it replaces.
    /// </summary>
    private static bool IsReplaced(Observation observed, Decision decision, Revision stable)
    {
        var seen = observed.Traffic;
        return decision.Status.Journey is { Stage: Stage.HandingOver, HandOverSentAt: not null }
            && observed.ReplicaSetOf(decision.Status.Candidate?.Revision) is { Owner: Owner.Deployment, Ready: > 0 }
            && seen.StableSubset != stable
            && (seen.CandidateSubset != stable || seen.Routes.All(route => route.CandidateWeight == 0));
    }

    private static bool IsScaledToZero(Decision decision, string name) =>
        decision.Effects.Any(effect => effect is Effect.ScaleReplicaSet { Replicas: 0 } scale && scale.Name == name);

    private static bool Ready(Observation observed, Revision? revision) => observed.ReplicaSetOf(revision) is { Ready: > 0 };

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantException($"Refused: {otherwise}.");
        }
    }
}
