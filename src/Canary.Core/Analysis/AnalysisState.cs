using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>The evidence of one rollout: all that must survive a crash so that each interval's counts enter exactly once.</summary>
public sealed record AnalysisState
{
    /// <summary>Nothing was measured yet.</summary>
    public static AnalysisState Empty { get; } = new();

    /// <summary>One entry a metric, in the order of the metrics; empty before the first round.</summary>
    public ValueList<MetricState> Metrics { get; init; } = [];

    /// <summary>When the last round ended; null before the first.</summary>
    public DateTimeOffset? RoundAt { get; init; }

    /// <summary>When requests of both arms last entered the evidence, or the candidate's under full weight; null before the first.</summary>
    public DateTimeOffset? EvidenceAt { get; init; }

    /// <summary>The planned steps that were begun, each of which stakes its share of the budget once; null before the exposure.</summary>
    public StakedSteps? Steps { get; init; }

    /// <summary>When the step under way ends without proof; null when it has no such time.</summary>
    public DateTimeOffset? StepEndsAt { get; init; }

    /// <summary>Requests since the weight was last changed, for the check that the weight is seen in the traffic.</summary>
    public ShareCount Share { get; init; } = new(Weight.Zero, 0, 0);
}

/// <summary>How many of the planned weights were begun.</summary>
/// <param name="Later">The later weights that were planned when the candidate was first exposed, at least 0; a plan that is changed afterwards does not change the shares.</param>
/// <param name="Begun">The weights begun so far, at least 1; it never falls.</param>
public sealed record StakedSteps(int Later, int Begun);

/// <summary>Requests counted under one weight.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Stable">Requests of the stable revision, those of its baseline among them.</param>
/// <param name="Candidate">Requests of the candidate.</param>
public sealed record ShareCount(Weight Weight, double Stable, double Candidate);

