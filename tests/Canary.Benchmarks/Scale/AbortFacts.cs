namespace Canary.Benchmarks.Scale;

/// <summary>How long aborts took.</summary>
internal sealed record AbortFacts
{
    /// <summary>From the order's PATCH being sent to the route's event with weight 0 being read, in ascending order.</summary>
    public required IReadOnlyList<TimeSpan> FromSent { get; init; }

    /// <summary>The same from the answer to the PATCH; negative where the route was faster than the answer.</summary>
    public required IReadOnlyList<TimeSpan> FromAnswered { get; init; }

    /// <summary>The engine's processor time meanwhile, as a share of one core.</summary>
    public required double Core { get; init; }

    /// <summary>Rollouts in an analysis when the last was aborted.</summary>
    public required int Analysed { get; init; }
}
