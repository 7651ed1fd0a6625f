using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>The evidence of one metric.</summary>
public sealed record MetricState
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>The last raw counters of each live pod.</summary>
    public ValueList<PodMemory> Pods { get; init; } = [];

    /// <summary>Upper bounds of the histogram in milliseconds; empty for other metrics and before the first reading.</summary>
    public ValueList<double> UpperBounds { get; init; } = [];

    /// <summary>What was settled at the first exposure; null before.</summary>
    public MetricTerms? Terms { get; init; }

    /// <summary>The tests' own numbers, by name; restored to the bit.</summary>
    public ValueList<TestNumbers> Tests { get; init; } = [];

    /// <summary>Counts of the stable revision since exposure, in intervals in which both had requests: requests and errors, or cumulative buckets.</summary>
    public ValueList<double> Stable { get; init; } = [];

    /// <summary>Counts of the candidate since exposure, in intervals in which both had requests: requests and errors, or cumulative buckets.</summary>
    public ValueList<double> Candidate { get; init; } = [];

    /// <summary>What was read, block by block, oldest first, at most <see cref="BlockRecord.Most"/>, of a histogram <see cref="BlockRecord.MostOfHistogram"/>; older ones are merged.</summary>
    public ValueList<BlockRecord> Blocks { get; init; } = [];

    /// <summary>What was measured of the stable pods among themselves since the rollout began, in numbers of the kind of metric; empty when nothing.</summary>
    public ValueList<double> Learned { get; init; } = [];

    /// <summary>Why the candidate is to be rolled back whatever the other metrics say: a limit was passed. It stays. Null while none was.</summary>
    public string? Tripped { get; init; }

    /// <summary>When the last reading was a value; null before the first.</summary>
    public DateTimeOffset? ValueAt { get; init; }

    /// <summary>Since when readings are no values; null while they are.</summary>
    public DateTimeOffset? GapSince { get; init; }

    /// <summary>What the last reading was.</summary>
    public MeasurementState Last { get; init; } = MeasurementState.NoData;

    /// <summary>What is to say of the last reading; null when it was a plain value.</summary>
    public string? LastReason { get; init; }
}

/// <summary>What is settled for a metric when the candidate is first exposed, from what was known by then, and holds for the whole rollout: what comes later must not choose its own test.</summary>
/// <param name="Dispersion">How many requests fail or are slow together; all evidence is divided by it in log space. At least 1.</param>
/// <param name="Basis">Where that comes from.</param>
/// <param name="Projected">Whether the binomial test is used, which is stronger where more than 10 % of the stable requests are bad.</param>
public sealed record MetricTerms(double Dispersion, DispersionBasis Basis, bool Projected);

/// <summary>Where a dispersion comes from.</summary>
public enum DispersionBasis
{
    /// <summary>Nothing was measured: requests are taken to be independent.</summary>
    Assumed,

    /// <summary>Measured on the stable pods among themselves.</summary>
    Measured,

    /// <summary>Written in the template.</summary>
    Given,

    /// <summary>So many attempts of one request fail together.</summary>
    Retries,
}

/// <summary>What was counted over one block of time; enough to judge it again.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Seconds">How long it was, greater than 0; 0 when unknown.</param>
/// <param name="Weight">The candidate's share of the requests.</param>
/// <param name="Exposed">Whether it counted as evidence; before the exposure blocks only teach what is usual.</param>
/// <param name="Stable">Numbers of the arm that is compared with: requests and errors, cumulative buckets, or one level.</param>
/// <param name="Candidate">The same of the candidate.</param>
public sealed record BlockRecord(DateTimeOffset At, double Seconds, Weight Weight, bool Exposed, ValueList<double> Stable, ValueList<double> Candidate)
{
    /// <summary>Most blocks that are kept of a metric.</summary>
    public const int Most = 32;

    /// <summary>Most blocks that are kept of a histogram, whose blocks are many times larger.</summary>
    public const int MostOfHistogram = 16;
}

/// <summary>The last raw counters of a pod.</summary>
/// <param name="Uid">The pod's uid.</param>
/// <param name="Arm">Its arm.</param>
/// <param name="Epoch">What its epoch was.</param>
/// <param name="Values">Requests and errors, or cumulative buckets; zeros when no series was there.</param>
/// <param name="At">When it was read.</param>
public sealed record PodMemory(string Uid, ArmName Arm, string Epoch, ValueList<double> Values, DateTimeOffset At)
{
    /// <summary>Whether the reading after this one was lower without a new epoch: it is believed when the next one is, too. Default false.</summary>
    public bool Fell { get; init; }
}

/// <summary>Numbers of one test.</summary>
/// <param name="Test">The test's name.</param>
/// <param name="Values">Its numbers, in the test's own order.</param>
public sealed record TestNumbers(string Test, ValueList<double> Values)
{
    /// <summary>What the numbers were last read as, so that a test need not be made of them again in the same pass. No part of what is stored or compared.</summary>
    internal Reading Last { get; init; }

    /// <summary>A test and the numbers that it was made of.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="test">The test.</param>
    internal readonly struct Reading(ValueList<double> numbers, object test) : IEquatable<Reading>
    {
        /// <summary>The test, if it was made of just these numbers.</summary>
        public object? Of(ValueList<double> asked) => ReferenceEquals(numbers, asked) ? test : null;

        /// <summary>All are equal: it follows from the numbers, which are compared.</summary>
        public bool Equals(Reading other) => true;

        public override bool Equals(object? obj) => obj is Reading;

        public override int GetHashCode() => 0;
    }
}
