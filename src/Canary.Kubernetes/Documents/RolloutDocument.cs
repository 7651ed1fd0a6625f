using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Documents;

/// <summary>All that people want to know of one Rollout, at one moment. Immutable.</summary>
public sealed record RolloutDocument
{
    /// <summary>Which Rollout.</summary>
    public required RolloutKey Key { get; init; }

    /// <summary>When it was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>When it was created; null when unknown.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The generation of its spec.</summary>
    public long Generation { get; init; }

    /// <summary>What the engine remembers.</summary>
    public required RolloutStatus Status { get; init; }

    /// <summary>What the spec asks for; null when it is invalid.</summary>
    public RolloutSpec? Spec { get; init; }

    /// <summary>What is wrong with the spec or the status; empty when nothing is.</summary>
    public ValueList<Problem> Problems { get; init; } = [];

    /// <summary>A command that still waits to be carried out; null when none does.</summary>
    public Command? Waiting { get; init; }

    /// <summary>The Deployment; null when it does not exist or was not asked for.</summary>
    public DeploymentObservation? Deployment { get; init; }

    /// <summary>The revisions whose pods there are or were, newest first; empty when they were not asked for.</summary>
    public ValueList<ReplicaSetObservation> Revisions { get; init; } = [];

    /// <summary>What the analysis of the rollout under way, or of the last one, says; null when there is none or it was not asked for.</summary>
    public RunDocument? Run { get; init; }

    /// <summary>What happened lately, newest first; empty when it was not asked for.</summary>
    public ValueList<NewsDocument> News { get; init; } = [];

    /// <summary>The spec that leads: the present one, or the last valid one; null when there never was one.</summary>
    public RolloutSpec? Leading => Status.Journey is null ? Spec ?? Status.Plan : Status.Plan ?? Spec;

    /// <summary>Whether the engine has read the present spec.</summary>
    public bool IsCurrent => Status.ObservedGeneration >= Generation;

    /// <summary>The candidate's share of the requests.</summary>
    public Weight Weight => Status.Candidate is null ? Weight.Zero : Status.Traffic?.Weight ?? Weight.Zero;

    /// <summary>The whole object, as the cluster has it; treat it as read-only.</summary>
    public required JsonObject Source { get; init; }

    /// <summary>The ReplicaSet of a revision; null when there is none.</summary>
    /// <param name="revision">The revision; null for none.</param>
    public ReplicaSetObservation? ReplicaSetOf(Revision? revision) => revision is { } wanted ? Revisions.FirstOrDefault(replicaSet => replicaSet.Revision == wanted && !replicaSet.IsBaseline) : null;
}

/// <summary>What an AnalysisRun says.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Phase">Running, Passed, Failed, Inconclusive or Cancelled.</param>
/// <param name="Verdict">The verdict with its numbers.</param>
/// <param name="Metrics">What is judged.</param>
/// <param name="Spec">How it is judged.</param>
/// <param name="State">The evidence.</param>
/// <param name="StartedAt">When it started; null when unknown.</param>
/// <param name="FinishedAt">When it ended; null while it runs.</param>
public sealed record RunDocument(
    string Name, string Phase, Verdict Verdict, ValueList<MetricSpec> Metrics, AnalysisSpec Spec, AnalysisState State, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>One Event.</summary>
/// <param name="At">When it was last told.</param>
/// <param name="Reason">One CamelCase word.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Warning">Whether a person should look.</param>
/// <param name="Count">How often it was told, at least 1.</param>
public sealed record NewsDocument(DateTimeOffset At, string Reason, string Message, bool Warning, int Count);
