namespace Canary.Core.Analysis;

/// <summary>What the evidence says so far, with the numbers a person can check.</summary>
public sealed record Verdict
{
    /// <summary>No metric is judged.</summary>
    public static Verdict None { get; } = new() { State = VerdictState.Running, Reason = "nothing has been measured yet" };

    /// <summary>The state.</summary>
    public required VerdictState State { get; init; }

    /// <summary>One sentence with numbers.</summary>
    public required string Reason { get; init; }

    /// <summary>The combined evidence against the candidate as a natural logarithm; roll back at <see cref="LogThreshold"/>.</summary>
    public double LogEvidence { get; init; }

    /// <summary>The natural logarithm of 1 / false-rollback budget.</summary>
    public double LogThreshold { get; init; }

    /// <summary>One entry a metric.</summary>
    public ValueList<MetricVerdict> Metrics { get; init; } = [];

    /// <summary>When requests of both arms last entered the evidence, or the candidate's under full weight; null before the first.</summary>
    public DateTimeOffset? EvidenceAt { get; init; }

    /// <summary>Whether the weight was seen in the traffic since it was last changed; null when there is too little traffic to tell.</summary>
    public bool? WeightSeen { get; init; }

    /// <summary>The share of requests that reached the candidate since the weight was last changed, a ratio in [0, 1]; null without requests.</summary>
    public double? ObservedShare { get; init; }
}

/// <summary>The state of a verdict.</summary>
public enum VerdictState
{
    /// <summary>Measured, and not yet decided.</summary>
    Running,

    /// <summary>Every required metric was accepted.</summary>
    Pass,

    /// <summary>The evidence reached the threshold: roll back.</summary>
    Fail,

    /// <summary>A required metric has no data or its source failed: hold, tell, wait.</summary>
    Unknown,
}

/// <summary>What one metric says.</summary>
public sealed record MetricVerdict
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the last reading was.</summary>
    public required MeasurementState Measurement { get; init; }

    /// <summary>Whether the metric is accepted as no worse than the acceptance margin; under full weight, where nothing more can be compared, whether it was and the evidence has not turned.</summary>
    public bool Accepted { get; init; }

    /// <summary>Requests counted on the stable revision since exposure, in intervals in which both revisions had some.</summary>
    public double StableRequests { get; init; }

    /// <summary>Failed requests (error rate), or requests slower than the stable revision's p99 bound (latency), on the stable revision.</summary>
    public double StableBad { get; init; }

    /// <summary>Requests counted on the candidate since exposure, in intervals in which both revisions had some.</summary>
    public double CandidateRequests { get; init; }

    /// <summary>As <see cref="StableBad"/>, on the candidate.</summary>
    public double CandidateBad { get; init; }

    /// <summary>Candidate's rate over the stable rate; null when it cannot be estimated.</summary>
    public double? Ratio { get; init; }

    /// <summary>Lower end of the ratio's 95 % confidence sequence; null when it cannot be estimated.</summary>
    public double? RatioLower { get; init; }

    /// <summary>Upper end of the ratio's 95 % confidence sequence; null when it is unbounded.</summary>
    public double? RatioUpper { get; init; }

    /// <summary>Evidence that the candidate is worse than the margin, as a natural logarithm.</summary>
    public double LogEvidence { get; init; }

    /// <summary>Evidence that the candidate is better than the acceptance margin, as a natural logarithm; accepted at ln(1/beta).</summary>
    public double LogAcceptance { get; init; }

    /// <summary>One sentence with numbers.</summary>
    public required string Sentence { get; init; }
}

/// <summary>What a reading of a metric was. Only <see cref="Value"/> is evidence.</summary>
public enum MeasurementState
{
    /// <summary>Counts were read.</summary>
    Value,

    /// <summary>Counters are there, no requests.</summary>
    NoTraffic,

    /// <summary>No series, a stale one, or one of the wrong shape.</summary>
    NoData,

    /// <summary>The source failed.</summary>
    Error,
}
