using Canary.Benchmarks.Idle;

namespace Canary.Benchmarks.Scale;

/// <summary>What was seen of the rounds of many analyses within a time.</summary>
internal sealed record TicksFacts
{
    /// <summary>From due to the start of the reading.</summary>
    public required DelayShares Started { get; init; }

    /// <summary>From due to the end of the pass that counted it.</summary>
    public required DelayShares Counted { get; init; }

    /// <summary>The engine's processor time, as a share of one core.</summary>
    public required double Core { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>The engine when nothing was in progress yet.</summary>
    public required ProcessFacts Idle { get; init; }

    /// <summary>The engine at the end.</summary>
    public required ProcessFacts Facts { get; init; }

    /// <summary>Requests to the API server, by series.</summary>
    public required IReadOnlyList<(string Series, double Value)> Requests { get; init; }

    /// <summary>Passes, by result.</summary>
    public required IReadOnlyList<(string Series, double Value)> Passes { get; init; }

    /// <summary>Rounds, by result.</summary>
    public required IReadOnlyList<(string Series, double Value)> Rounds { get; init; }
}
