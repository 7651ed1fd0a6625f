using Canary.Core;

namespace Canary.Pictures;

/// <summary>The candidate's rate as a multiple of the stable revision's, over time, with its confidence sequence and the margins.</summary>
public sealed record RatioChart
{
    /// <summary>The heading, one line.</summary>
    public required string Title { get; init; }

    /// <summary>Points in order of time. May be empty.</summary>
    public required ValueList<RatioPoint> Points { get; init; }

    /// <summary>A candidate beyond this ratio may be rolled back; greater than 0.</summary>
    public required double RollbackMargin { get; init; }

    /// <summary>A candidate below this ratio may be accepted; greater than 0.</summary>
    public required double AcceptanceMargin { get; init; }

    /// <summary>Moments to mark.</summary>
    public ValueList<TimeMark> Marks { get; init; } = [];
}

/// <summary>What is known of a ratio at a moment.</summary>
/// <param name="Seconds">Seconds from the beginning, 0 or more.</param>
/// <param name="Ratio">The estimate; null while there is none.</param>
/// <param name="Lower">Lower end of the 95 % confidence sequence; null while nothing bounds it.</param>
/// <param name="Upper">Upper end of the 95 % confidence sequence; null while nothing bounds it.</param>
public readonly record struct RatioPoint(double Seconds, double? Ratio, double? Lower, double? Upper);
