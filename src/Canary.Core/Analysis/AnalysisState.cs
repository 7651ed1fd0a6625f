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

    /// <summary>Requests since the weight was last changed, for the check that the weight is seen in the traffic.</summary>
    public ShareCount Share { get; init; } = new(Weight.Zero, 0, 0);
}

/// <summary>Requests counted under one weight.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Stable">Requests of the stable revision, those of its baseline among them.</param>
/// <param name="Candidate">Requests of the candidate.</param>
public sealed record ShareCount(Weight Weight, double Stable, double Candidate);

/// <summary>The evidence of one metric.</summary>
public sealed record MetricState
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>The last raw counters of each live pod.</summary>
    public ValueList<PodMemory> Pods { get; init; } = [];

    /// <summary>Upper bounds of the histogram in milliseconds; empty for counts and before the first reading.</summary>
    public ValueList<double> UpperBounds { get; init; } = [];

    /// <summary>The tests' own numbers, by name; restored to the bit.</summary>
    public ValueList<TestNumbers> Tests { get; init; } = [];

    /// <summary>Counts of the stable revision since exposure, in intervals in which both had requests: requests and errors, or cumulative buckets.</summary>
    public ValueList<double> Stable { get; init; } = [];

    /// <summary>Counts of the candidate since exposure, in intervals in which both had requests: requests and errors, or cumulative buckets.</summary>
    public ValueList<double> Candidate { get; init; } = [];

    /// <summary>When the last reading was a value; null before the first.</summary>
    public DateTimeOffset? ValueAt { get; init; }

    /// <summary>Since when readings are no values; null while they are.</summary>
    public DateTimeOffset? GapSince { get; init; }

    /// <summary>What the last reading was.</summary>
    public MeasurementState Last { get; init; } = MeasurementState.NoData;

    /// <summary>What is to say of the last reading; null when it was a plain value.</summary>
    public string? LastReason { get; init; }
}

/// <summary>The last raw counters of a pod.</summary>
/// <param name="Uid">The pod's uid.</param>
/// <param name="Arm">Its arm.</param>
/// <param name="Epoch">What its epoch was.</param>
/// <param name="Values">Requests and errors, or cumulative buckets; zeros when no series was there.</param>
/// <param name="At">When it was read.</param>
public sealed record PodMemory(string Uid, ArmName Arm, string Epoch, ValueList<double> Values, DateTimeOffset At);

/// <summary>Numbers of one test.</summary>
/// <param name="Test">The test's name.</param>
/// <param name="Values">Its numbers, in the test's own order.</param>
public sealed record TestNumbers(string Test, ValueList<double> Values);
