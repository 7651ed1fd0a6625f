namespace Canary.Core.Analysis;

/// <summary>What one metric says.</summary>
public sealed record MetricVerdict
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the last reading was.</summary>
    public required MeasurementState Measurement { get; init; }

    /// <summary>Whether the metric is accepted as no worse than the acceptance margin; under full weight, where nothing more can be compared, whether it was and the evidence has not turned.</summary>
    public bool Accepted { get; init; }

    /// <summary>Whether the whole 95 % interval of the ratio lies within the acceptance bound, or the metric is accepted anyway.</summary>
    public bool WithinBound { get; init; }

    /// <summary>Whether a limit was passed for which the candidate is rolled back at once.</summary>
    public bool Tripped { get; init; }

    /// <summary>Requests counted on the stable revision since exposure, in intervals in which both revisions had some.</summary>
    public double StableRequests { get; init; }

    /// <summary>Failed requests (error rate), or requests slower than the stable revision's p99 bound (latency), on the stable revision.</summary>
    public double StableBad { get; init; }

    /// <summary>Requests counted on the candidate since exposure, in intervals in which both revisions had some.</summary>
    public double CandidateRequests { get; init; }

    /// <summary>As <see cref="StableBad"/>, on the candidate.</summary>
    public double CandidateBad { get; init; }

    /// <summary>Candidate's rate over the stable rate, or candidate's level over the stable level; null when it cannot be estimated.</summary>
    public double? Ratio { get; init; }

    /// <summary>Lower end of the ratio's 95 % confidence sequence; null when it cannot be estimated.</summary>
    public double? RatioLower { get; init; }

    /// <summary>Upper end of the ratio's 95 % confidence sequence; null when it is unbounded.</summary>
    public double? RatioUpper { get; init; }

    /// <summary>How many percentage points the candidate adds to the stable ratio of bad requests; null without requests.</summary>
    public double? DifferencePercentPoints { get; init; }

    /// <summary>How many milliseconds the candidate's p99 lies above the stable one, negative when below; null for other metrics.</summary>
    public double? DifferenceMilliseconds { get; init; }

    /// <summary>Quantiles in milliseconds, or levels, of the stable revision; empty for counts.</summary>
    public ValueList<NamedValue> StableValues { get; init; } = [];

    /// <summary>As <see cref="StableValues"/>, of the candidate.</summary>
    public ValueList<NamedValue> CandidateValues { get; init; } = [];

    /// <summary>The evidence in words, such as <c>213 to 1 against "no more than 10 % worse"</c>; null when there is no test.</summary>
    public string? Evidence { get; init; }

    /// <summary>Evidence that the candidate is worse than the margin, as a natural logarithm.</summary>
    public double LogEvidence { get; init; }

    /// <summary>The evidence with which this metric alone would roll the candidate back, as a natural logarithm; null when it never does.</summary>
    public double? LogThreshold { get; init; }

    /// <summary>Evidence that the candidate is better than the acceptance margin, as a natural logarithm; accepted at ln(1/beta).</summary>
    public double LogAcceptance { get; init; }

    /// <summary>What the difference looks like, in words; null while that would be a guess.</summary>
    public string? LooksLike { get; init; }

    /// <summary>How long it takes, at the present traffic, until the metric decides, in seconds; null when it does not, or nothing can be said.</summary>
    public double? SecondsToDecide { get; init; }

    /// <summary>The smallest ratio that the step can still prove by its end at the present traffic; null when nothing can be said.</summary>
    public double? SmallestVisibleRatio { get; init; }

    /// <summary>How many requests fail or are slow together: all evidence is divided by it in log space; null for other metrics.</summary>
    public double? Dispersion { get; init; }

    /// <summary>Where the dispersion comes from; null for other metrics and before the exposure.</summary>
    public DispersionBasis? DispersionBasis { get; init; }

    /// <summary>What the verdict rests on without being measured.</summary>
    public ValueList<string> Assumptions { get; init; } = [];

    /// <summary>What people should know although it decides nothing; null when there is nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>What is now known of the stable pods among themselves, for the next rollout; empty when nothing.</summary>
    public ValueList<double> Learned { get; init; } = [];

    /// <summary>Requests of the stable revision per second, lately; null when unknown.</summary>
    public double? StableRate { get; init; }

    /// <summary>Requests of the candidate per second, lately; null when unknown.</summary>
    public double? CandidateRate { get; init; }

    /// <summary>One sentence with numbers.</summary>
    public required string Sentence { get; init; }
}

/// <summary>A number with its name, such as p99 in milliseconds.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The number, finite.</param>
/// <param name="Lower">Lower end of its 95 % confidence sequence; null when unknown.</param>
/// <param name="Upper">Upper end of its 95 % confidence sequence; null when unknown or unbounded.</param>
public sealed record NamedValue(string Name, double Value, double? Lower = null, double? Upper = null);
