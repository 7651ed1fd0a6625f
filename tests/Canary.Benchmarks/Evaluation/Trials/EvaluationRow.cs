using System.Text.Json.Serialization;

namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>What one method did in one scenario.</summary>
internal sealed record EvaluationRow
{
    /// <summary>The part of the evaluation, such as T2.</summary>
    public required string Table { get; init; }

    /// <summary>The world: rates, traffic, weight.</summary>
    public required string Scenario { get; init; }

    /// <summary>The rule.</summary>
    public required string Method { get; init; }

    /// <summary>Share of rollouts that were rolled back while the candidate was harmless; null where it is worse from the start.</summary>
    public double? FalseRollback { get; init; }

    /// <summary>Share of rollouts of a candidate on the margin that were accepted; null elsewhere.</summary>
    public double? FalseAcceptance { get; init; }

    /// <summary>Share of rollouts in which the right call came: a worse candidate rolled back, a good one accepted; null elsewhere.</summary>
    public double? DetectedShare { get; init; }

    /// <summary>Median time from the start to that call over all rollouts without a false one, seconds; null when more than half had none.</summary>
    public double? MedianDelaySeconds { get; init; }

    /// <summary>The information bound: no method with the same promise is sooner on average; null where none is known.</summary>
    public double? LowerBoundSeconds { get; init; }

    /// <summary>The same against the wider claim that the test really makes, such as "not slower at any bound" instead of "alike"; null where it is the same or not known.</summary>
    public double? SharperBoundSeconds { get; init; }

    /// <summary>Bad requests that the candidate served until the call, or in all, above what the stable version would have served in their place; mean.</summary>
    public double BadRequests { get; init; }

    /// <summary>Simulated rollouts.</summary>
    public required int Replicates { get; init; }

    /// <summary>Standard error of the share that is given: false rollbacks, false acceptances or detections.</summary>
    public double MonteCarloError { get; init; }

    /// <summary>Seed of the evaluation.</summary>
    public ulong Seed { get; init; }

    /// <summary>Median delay over the bound; null without either.</summary>
    [JsonIgnore]
    public double? OverBound => MedianDelaySeconds / LowerBoundSeconds;
}
