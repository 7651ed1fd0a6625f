using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Notifications;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Core.Rollouts;

/// <summary>Everything that was read for one pass.</summary>
public sealed record Observation
{
    /// <summary>The time of the pass, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Which rollout.</summary>
    public required RolloutKey Key { get; init; }

    /// <summary>The generation of the spec.</summary>
    public long Generation { get; init; } = 1;

    /// <summary>The spec; null when it is invalid.</summary>
    public RolloutSpec? Spec { get; init; }

    /// <summary>What is wrong with the spec; empty when it is valid.</summary>
    public ValueList<Problem> SpecProblems { get; init; } = [];

    /// <summary>The metrics of the spec's templates with arguments filled in; null when a template is missing or wrong.</summary>
    public ValueList<MetricSpec>? Metrics { get; init; }

    /// <summary>What is wrong with the templates; empty when they are in order.</summary>
    public ValueList<Problem> MetricProblems { get; init; } = [];

    /// <summary>The status that was read.</summary>
    public RolloutStatus Status { get; init; } = RolloutStatus.Initial;

    /// <summary>Whether the Rollout is being deleted.</summary>
    public bool Deleting { get; init; }

    /// <summary>Whether the Rollout carries our finalizer.</summary>
    public bool HasFinalizer { get; init; }

    /// <summary>The Deployment; null when it does not exist.</summary>
    public DeploymentObservation? Deployment { get; init; }

    /// <summary>Every ReplicaSet that the Deployment or the Rollout owns.</summary>
    public ValueList<ReplicaSetObservation> ReplicaSets { get; init; } = [];

    /// <summary>The routes.</summary>
    public TrafficObservation Traffic { get; init; } = new();

    /// <summary>The verdict of the rollout under way, from all that was measured; null when nothing is analysed.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The names of the Rollout's AnalysisRuns, oldest first.</summary>
    public ValueList<AnalysisRunObservation> AnalysisRuns { get; init; } = [];

    /// <summary>The command in the annotation; null when there is none.</summary>
    public Command? Command { get; init; }

    /// <summary>The cluster's rules of who is notified of what. The Rollout's own come before them, and the first that names a receiver counts.</summary>
    public ValueList<NotificationRule> ClusterNotifications { get; init; } = [];

    /// <summary>What became of notifications of the outbox.</summary>
    public ValueList<Delivery> Deliveries { get; init; } = [];

    /// <summary>Finds the ReplicaSet of a revision.</summary>
    /// <param name="revision">The revision; null finds none.</param>
    /// <returns>The ReplicaSet; null when it does not exist.</returns>
    public ReplicaSetObservation? ReplicaSetOf(Revision? revision)
    {
        if (revision is { } wanted)
        {
            foreach (var replicaSet in ReplicaSets)
            {
                if (replicaSet.Revision == wanted)
                {
                    return replicaSet;
                }
            }
        }

        return null;
    }
}

/// <summary>An AnalysisRun that exists.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Finished">Whether it has ended.</param>
public sealed record AnalysisRunObservation(string Name, bool Finished);

/// <summary>The Deployment as it is.</summary>
public sealed record DeploymentObservation
{
    /// <summary>The replicas asked for, at least 0.</summary>
    public required int Replicas { get; init; }

    /// <summary>The most pods above <see cref="Replicas"/> that its strategy allows, at least 0.</summary>
    public int MaxSurge { get; init; } = 1;

    /// <summary>The former as the strategy says it, a number or percent; null when the strategy is not a rolling update.</summary>
    public string? Surge { get; init; }

    /// <summary>Whether it is paused.</summary>
    public bool Paused { get; init; }

    /// <summary>The revision that its template asks for: that of an existing ReplicaSet with an equal template, else our own hash of it.</summary>
    public required Revision Template { get; init; }

    /// <summary>The first container's image.</summary>
    public string Image { get; init; } = "";

    /// <summary>Whether its controller has seen the latest spec.</summary>
    public bool Observed { get; init; } = true;

    /// <summary>The restart stamp that its template carries; null when none.</summary>
    public string? RestartStamp { get; init; }

    /// <summary>Whether it is being deleted.</summary>
    public bool Deleting { get; init; }
}

/// <summary>Who a ReplicaSet belongs to.</summary>
public enum Owner
{
    /// <summary>The Deployment.</summary>
    Deployment,

    /// <summary>The Rollout.</summary>
    Rollout,
}

/// <summary>A ReplicaSet as it is.</summary>
public sealed record ReplicaSetObservation
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The value of its label <c>pod-template-hash</c>.</summary>
    public required Revision Revision { get; init; }

    /// <summary>Who it belongs to.</summary>
    public required Owner Owner { get; init; }

    /// <summary>The replicas asked for, at least 0.</summary>
    public required int Replicas { get; init; }

    /// <summary>The pods that exist, at least 0.</summary>
    public int Pods { get; init; }

    /// <summary>The pods that are ready, at least 0.</summary>
    public int Ready { get; init; }

    /// <summary>The pods that are available, at least 0.</summary>
    public int Available { get; init; }

    /// <summary>The first container's image.</summary>
    public string Image { get; init; } = "";

    /// <summary>The annotation <c>deployment.kubernetes.io/desired-replicas</c>; null when absent.</summary>
    public int? DesiredReplicas { get; init; }

    /// <summary>The annotation <c>deployment.kubernetes.io/max-replicas</c>; null when absent.</summary>
    public int? MaxReplicas { get; init; }

    /// <summary>Its place in the Deployment's history, which it had when it once belonged to it; null when it never did.</summary>
    public long? HistoryRevision { get; init; }

    /// <summary>Whether it is a fresh baseline of the stable revision: no revision of its own, and nothing to go to.</summary>
    public bool IsBaseline { get; init; }

    /// <summary>Why its pods do not start, in their own words; null when they do.</summary>
    public string? PodProblem { get; init; }
}
