using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>A plan and its traffic, before a rollout: what will it be able to see?</summary>
public sealed record PowerQuestion
{
    /// <summary>Requests per second of both revisions together; finite, greater than 0.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>The stable revision's ratio of failed requests, in (0, 1); null when errors are not judged.</summary>
    public double? ErrorRatio { get; init; }

    /// <summary>Upper bounds in milliseconds of the stable revision's buckets but the last; greater than 0, rising, finite. Empty when latency is not judged.</summary>
    public ValueList<double> LatencyBounds { get; init; } = [];

    /// <summary>The stable revision's requests per bucket, one more than bounds; counts, together at least 1. Empty when latency is not judged.</summary>
    public ValueList<double> LatencyCounts { get; init; } = [];

    /// <summary>The plan: rising weights in [1, 100] with the time that each may take. At least one.</summary>
    public required ValueList<PlannedWeight> Steps { get; init; }

    /// <summary>The regression that must be seen: the candidate's ratio of failed requests as a multiple of the stable one. Greater than 1. Default 2.</summary>
    public double Regression { get; init; } = 2;

    /// <summary>What counts as worse, and what as good enough.</summary>
    public Margins Margins { get; init; } = new();

    /// <summary>The share of the budget for false rollbacks that the ratio of errors has, in (0, 1]; latency has the rest. 1 when latency is not judged. Default 4/7, of 0.4 and 0.3.</summary>
    public double ErrorShare { get; init; } = StatisticsDefaults.ErrorWeight / (StatisticsDefaults.ErrorWeight + StatisticsDefaults.LatencyWeight);

    /// <summary>The chance of a false rollback, a ratio in (0, 0.5]. Default 0.01.</summary>
    public double FalseRollback { get; init; } = StatisticsDefaults.FalseRollbackProbability;

    /// <summary>The chance of a false acceptance, a ratio in (0, 0.5]. Default 0.05.</summary>
    public double MissedRegression { get; init; } = StatisticsDefaults.FalseAcceptanceProbability;

    /// <summary>How many requests fail together; at least 1, finite. Default 1.</summary>
    public double Dispersion { get; init; } = StatisticsDefaults.Dispersion;

    /// <summary>Most bad requests that a better plan may cost beyond the usual ones, whatever the regression, until it is seen; null takes what the plan itself costs.</summary>
    public double? MostBadRequests { get; init; }
}

/// <summary>A weight and how long it may take.</summary>
/// <param name="Weight">The candidate's share of the requests.</param>
/// <param name="Duration">The time, greater than 0.</param>
public sealed record PlannedWeight(Weight Weight, TimeSpan Duration);
