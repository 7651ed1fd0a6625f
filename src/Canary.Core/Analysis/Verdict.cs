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

    /// <summary>Whether every required metric is accepted, or its 95 % interval lies within the acceptance bound: enough once the minimum time of a step has gone by.</summary>
    public bool WithinBounds { get; init; }

    /// <summary>One entry a metric.</summary>
    public ValueList<MetricVerdict> Metrics { get; init; } = [];

    /// <summary>When requests of both arms last entered the evidence, or the candidate's under full weight; null before the first.</summary>
    public DateTimeOffset? EvidenceAt { get; init; }

    /// <summary>Whether the weight was seen in the traffic since it was last changed; null when there is too little traffic to tell.</summary>
    public bool? WeightSeen { get; init; }

    /// <summary>The share of requests that reached the candidate since the weight was last changed, a ratio in [0, 1]; null without requests.</summary>
    public double? ObservedShare { get; init; }

    /// <summary>What the step could have seen, in words; null when that is not known.</summary>
    public string? Power { get; init; }

    /// <summary>Says for one metric alone what the verdict says for all together.</summary>
    /// <param name="metric">One of <see cref="Metrics"/>.</param>
    /// <returns>Whether it is beyond a limit, accepted, not read, or still open.</returns>
    public VerdictState StateOf(MetricVerdict metric) => metric switch
    {
        { Tripped: true } => VerdictState.Fail,
        { Accepted: true, Measurement: MeasurementState.Value } => VerdictState.Pass,
        { Measurement: MeasurementState.NoData or MeasurementState.Error } => VerdictState.Unknown,
        _ when State == VerdictState.Fail && metric?.LogEvidence >= LogThreshold => VerdictState.Fail,
        _ => VerdictState.Running,
    };
}

/// <summary>The state of a verdict.</summary>
public enum VerdictState
{
    /// <summary>Measured, and not yet decided.</summary>
    Running,

    /// <summary>Every required metric was accepted.</summary>
    Pass,

    /// <summary>The evidence reached the threshold, or a limit was passed: roll back.</summary>
    Fail,

    /// <summary>A required metric has no data or its source failed: hold, tell, wait.</summary>
    Unknown,
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
