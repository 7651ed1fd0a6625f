using Canary.Core;

namespace Canary.Pictures;

/// <summary>The distributions of response times of both arms, as the share of requests that are slower.</summary>
public sealed record LatencyChart
{
    /// <summary>The heading, one line.</summary>
    public required string Title { get; init; }

    /// <summary>Upper bounds of the buckets in milliseconds: greater than 0, rising, finite. At least one.</summary>
    public required ValueList<double> Bounds { get; init; }

    /// <summary>The stable revision's requests up to each bound, and all of them last: one more than bounds, never falling.</summary>
    public required ValueList<double> Stable { get; init; }

    /// <summary>The candidate's requests up to each bound, and all of them last: one more than bounds, never falling.</summary>
    public required ValueList<double> Candidate { get; init; }

    /// <summary>Quantiles to mark, for example p50, p90 and p99.</summary>
    public ValueList<QuantileMark> Quantiles { get; init; } = [];
}

/// <summary>A quantile of both arms.</summary>
/// <param name="Probability">The quantile, in (0, 1): 0.99 is p99.</param>
/// <param name="Stable">The stable revision's; null without requests.</param>
/// <param name="Candidate">The candidate's; null without requests.</param>
public sealed record QuantileMark(double Probability, QuantileSpan? Stable, QuantileSpan? Candidate);

/// <summary>A quantile with its interval, in milliseconds.</summary>
/// <param name="Value">The estimate, greater than 0.</param>
/// <param name="Lower">Lower end of the 95 % interval, greater than 0; null when there is none.</param>
/// <param name="Upper">Upper end of the interval; null when nothing bounds it.</param>
public sealed record QuantileSpan(double Value, double? Lower, double? Upper);
