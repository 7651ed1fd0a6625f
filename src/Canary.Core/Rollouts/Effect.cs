using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>One absolute change of the world; safe to repeat.</summary>
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Whether it takes requests away from the candidate: such an effect is applied even when the status could not be stored.</summary>
    public virtual bool LowersExposure => false;

    /// <summary>Points the subsets at revisions.</summary>
    /// <param name="Stable">What the stable subset selects.</param>
    /// <param name="Candidate">What the candidate subset selects.</param>
    /// <param name="Retreat">Whether this is part of a retreat.</param>
    /// <param name="Baseline">What the baseline's subset selects; null leaves that one alone.</param>
    public sealed record PointSubsets(Revision Stable, Revision Candidate, bool Retreat, Revision? Baseline = null) : Effect
    {
        /// <inheritdoc />
        public override bool LowersExposure => Retreat;
    }

    /// <summary>Sets the candidate's share on every managed route.</summary>
    /// <param name="To">The share.</param>
    /// <param name="Lowers">Whether it is less than some route carries now.</param>
    /// <param name="Baseline">Whether the baseline gets its share beside the candidate.</param>
    public sealed record SetWeight(Weight To, bool Lowers, bool Baseline = false) : Effect
    {
        /// <inheritdoc />
        public override bool LowersExposure => Lowers;
    }

    /// <summary>Puts the routes and subsets back as they were found.</summary>
    /// <param name="Snapshot">How they were found, in the router's own words.</param>
    public sealed record RestoreTraffic(string Snapshot) : Effect;

    /// <summary>Creates a ReplicaSet of the Deployment's present template.</summary>
    /// <param name="Revision">The revision; refused when the Deployment's template is no longer that.</param>
    /// <param name="Replicas">Its replicas.</param>
    public sealed record CreateReplicaSet(Revision Revision, int Replicas) : Effect;

    /// <summary>Creates the ReplicaSet of a fresh baseline: the template of another one, under a revision of its own.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Revision">What its pods are labelled with.</param>
    /// <param name="Of">The name of the stable revision's ReplicaSet.</param>
    /// <param name="Replicas">Its replicas.</param>
    public sealed record CreateBaseline(string Name, Revision Revision, string Of, int Replicas) : Effect;

    /// <summary>Scales a ReplicaSet.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Replicas">The replicas.</param>
    public sealed record ScaleReplicaSet(string Name, int Replicas) : Effect;

    /// <summary>Makes the Rollout the owner of a ReplicaSet of the Deployment, so that the Deployment's controller leaves it alone.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record CheckOut(string Name) : Effect;

    /// <summary>Gives a ReplicaSet without replicas back to the Deployment's history.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record CheckIn(string Name) : Effect;

    /// <summary>Makes the Deployment the owner of the candidate's ReplicaSet, marked as saturated.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Replicas">The Deployment's replicas.</param>
    /// <param name="MaxReplicas">The former and the surge.</param>
    public sealed record HandOver(string Name, int Replicas, int MaxReplicas) : Effect;

    /// <summary>Sets replicas and marks of a ReplicaSet of the Deployment as its controller would: before the hand-over those of stable, after it the candidate's.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Replicas">The Deployment's replicas.</param>
    /// <param name="MaxReplicas">The former and the surge.</param>
    public sealed record Saturate(string Name, int Replicas, int MaxReplicas) : Effect;

    /// <summary>Deletes a ReplicaSet of the Rollout that has no pods.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record DeleteReplicaSet(string Name) : Effect;

    /// <summary>Pauses or unpauses the Deployment.</summary>
    /// <param name="Paused">Which.</param>
    public sealed record SetPaused(bool Paused) : Effect;

    /// <summary>Sets how many pods the Deployment's rolling update may have beyond its replicas; refused when it is not <paramref name="From"/> any more.</summary>
    /// <param name="From">What it is, a number or percent.</param>
    /// <param name="To">What it should be, a number or percent.</param>
    public sealed record SetSurge(string From, string To) : Effect;

    /// <summary>Sets the Deployment's template to that of a ReplicaSet.</summary>
    /// <param name="ReplicaSet">The ReplicaSet's name.</param>
    public sealed record SetTemplate(string ReplicaSet) : Effect;

    /// <summary>Stamps the Deployment's template as <c>kubectl rollout restart</c> does.</summary>
    /// <param name="At">The stamp.</param>
    public sealed record StampRestart(string At) : Effect;

    /// <summary>Creates the AnalysisRun of a rollout, unless it exists.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Stable">The stable revision.</param>
    /// <param name="Candidate">The candidate.</param>
    /// <param name="Metrics">What is judged.</param>
    /// <param name="Spec">How it is judged.</param>
    public sealed record StartAnalysis(string Name, Revision Stable, Revision Candidate, ValueList<MetricSpec> Metrics, AnalysisSpec Spec) : Effect;

    /// <summary>Ends an AnalysisRun.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Outcome">How the rollout ended.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Verdict">The verdict that the status remembers of it; null when there is none. The evidence behind it may have been lost with a crash.</param>
    public sealed record FinishAnalysis(string Name, Outcome Outcome, string Reason, VerdictStatus? Verdict = null) : Effect;

    /// <summary>Deletes an AnalysisRun beyond the history.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record DeleteAnalysis(string Name) : Effect;

    /// <summary>Removes the command annotation, if it is still this one.</summary>
    /// <param name="Raw">Its value.</param>
    public sealed record ClearCommand(string Raw) : Effect;

    /// <summary>Adds our finalizer.</summary>
    public sealed record AddFinalizer : Effect;

    /// <summary>Removes our finalizer: the Rollout goes.</summary>
    public sealed record RemoveFinalizer : Effect;
}
