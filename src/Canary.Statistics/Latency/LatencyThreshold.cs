namespace Canary.Statistics;

/// <summary>The acceptance test at one bound: requests slower than it are counted as bad.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record LatencyThreshold
{
    internal LatencyThreshold()
    {
    }

    /// <summary>Position of the bound in <see cref="LatencyTestState.Bounds"/>.</summary>
    public required int BoundIndex { get; init; }

    /// <summary>The bound, in the unit of the histogram.</summary>
    public required double Bound { get; init; }

    /// <summary>Where the count test of the exceedances stands.</summary>
    public required CountTestState Test { get; init; }
}
