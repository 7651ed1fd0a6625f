using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>How a verdict came to be, round by round.</summary>
public sealed record Trajectory
{
    /// <summary>What was judged.</summary>
    public required ValueList<MetricSpec> Metrics { get; init; }

    /// <summary>How it was judged.</summary>
    public required AnalysisSpec Spec { get; init; }

    /// <summary>One entry a round, in order of time.</summary>
    public required ValueList<TrajectoryPoint> Points { get; init; }

    /// <summary>One entry a weight, in order of time: what a step that ended with it would have decided. Empty before the exposure.</summary>
    public required ValueList<StepOutcome> Steps { get; init; }

    /// <summary>What it comes to.</summary>
    public required ReplayDecision Decision { get; init; }

    /// <summary>The evidence at the end.</summary>
    public required AnalysisState State { get; init; }

    /// <summary>When the candidate was first exposed; null when it never was.</summary>
    public DateTimeOffset? ExposedSince => Points.FirstOrDefault(point => point.ExposedSince is not null)?.ExposedSince;
}

/// <summary>What was known after a round.</summary>
/// <param name="At">When the round ended.</param>
/// <param name="Weight">The candidate's share of the requests.</param>
/// <param name="ExposedSince">Since when the candidate got requests; null before.</param>
/// <param name="Verdict">What the evidence said.</param>
public sealed record TrajectoryPoint(DateTimeOffset At, Weight Weight, DateTimeOffset? ExposedSince, Verdict Verdict);

/// <summary>What the time under one weight decided.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="From">The first round under it.</param>
/// <param name="Until">The last round under it.</param>
/// <param name="State">Fail or Pass, whichever was reached first; else what the evidence said at its end.</param>
/// <param name="DecidedAt">When that was reached; null without a decision.</param>
/// <param name="Reason">The sentence of that moment.</param>
public sealed record StepOutcome(Weight Weight, DateTimeOffset From, DateTimeOffset Until, VerdictState State, DateTimeOffset? DecidedAt, string Reason);

/// <summary>What a whole trajectory comes to.</summary>
/// <param name="State">Fail when it ever was; else what the last step decided.</param>
/// <param name="At">When that was reached; null without a decision.</param>
/// <param name="After">The time from the exposure until then; null without a decision.</param>
/// <param name="BadCandidateRequests">Failed requests of the candidate by then, in the ratio of errors with the most of them; 0 when none is judged.</param>
/// <param name="Reason">The sentence of that moment.</param>
public sealed record ReplayDecision(VerdictState State, DateTimeOffset? At, TimeSpan? After, double BadCandidateRequests, string Reason);
