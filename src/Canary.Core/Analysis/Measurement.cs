using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>What a pod runs for.</summary>
public enum ArmName
{
    /// <summary>The revision that serves users.</summary>
    Stable,

    /// <summary>The revision on trial.</summary>
    Candidate,

    /// <summary>Fresh pods of the stable revision, run only to compare with.</summary>
    Baseline,
}

/// <summary>One round of readings: every live pod of every arm, once. Counters are raw and cumulative, so a lost round loses nothing.</summary>
/// <param name="At">When the round ended, in UTC.</param>
/// <param name="Pods">One entry a live pod, in any order.</param>
public sealed record Measurement(DateTimeOffset At, ValueList<PodReading> Pods);

/// <summary>What one pod told.</summary>
public sealed record PodReading
{
    /// <summary>The pod's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>The pod's name, for messages.</summary>
    public required string Pod { get; init; }

    /// <summary>Its revision's arm.</summary>
    public required ArmName Arm { get; init; }

    /// <summary>Changes whenever the counters may have started again: container restarts, process start time.</summary>
    public required string Epoch { get; init; }

    /// <summary>Since when the pod is ready, in UTC.</summary>
    public required DateTimeOffset ReadySince { get; init; }

    /// <summary>When the pod was read, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The source's own words when the pod could not be read; null when it was.</summary>
    public string? Failure { get; init; }

    /// <summary>One entry a metric, in the order of the metrics; empty when the pod could not be read.</summary>
    public ValueList<MetricReading> Metrics { get; init; } = [];
}

/// <summary>A metric's counters at one pod.</summary>
public abstract record MetricReading
{
    private MetricReading()
    {
    }

    /// <summary>Cumulative counts of requests.</summary>
    /// <param name="Requests">All requests, at least 0.</param>
    /// <param name="Errors">Failed ones among them, in [0, <paramref name="Requests"/>].</param>
    public sealed record Counts(double Requests, double Errors) : MetricReading;

    /// <summary>A cumulative histogram.</summary>
    /// <param name="UpperBounds">Upper bounds in milliseconds, rising; the last is positive infinity.</param>
    /// <param name="Cumulative">Requests up to each bound, never falling; as many as bounds.</param>
    public sealed record Buckets(ValueList<double> UpperBounds, ValueList<double> Cumulative) : MetricReading;

    /// <summary>A native histogram of Prometheus, cumulative since the process began.</summary>
    /// <param name="Histogram">Its buckets.</param>
    /// <param name="MillisecondsPerUnit">Milliseconds per unit of its bounds: 1 or 1000.</param>
    public sealed record Native(NativeHistogram Histogram, double MillisecondsPerUnit) : MetricReading;

    /// <summary>A level, or any number that is no count.</summary>
    /// <param name="Value">The number; finite.</param>
    public sealed record Level(double Value) : MetricReading;

    /// <summary>The pod answered, and no series matched.</summary>
    public sealed record Absent : MetricReading;

    /// <summary>The pod answered with something that is no count: NaN, infinite, negative, of the wrong shape.</summary>
    /// <param name="Reason">What was found.</param>
    public sealed record Invalid(string Reason) : MetricReading;
}
