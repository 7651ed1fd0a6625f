using Canary.Core;

namespace Canary.Pictures;

/// <summary>Evidence over time with the threshold that decides.</summary>
public sealed record EvidenceChart
{
    /// <summary>The heading, one line.</summary>
    public required string Title { get; init; }

    /// <summary>What the evidence is for, in a few words: <c>odds that the candidate is worse</c>.</summary>
    public required string Meaning { get; init; }

    /// <summary>What happens at the threshold, in one or two words: <c>roll back</c>.</summary>
    public required string AtThreshold { get; init; }

    /// <summary>The threshold as a natural logarithm; finite, greater than 0.</summary>
    public required double LogThreshold { get; init; }

    /// <summary>Whether reaching the threshold is good news.</summary>
    public bool IsGood { get; init; }

    /// <summary>The lines, the combined one (if any) among them. May be empty.</summary>
    public ValueList<EvidenceLine> Lines { get; init; } = [];

    /// <summary>Moments to mark.</summary>
    public ValueList<TimeMark> Marks { get; init; } = [];
}

/// <summary>The evidence of one metric, or of all together.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Points">Points in order of time; evidence as a natural logarithm, never NaN.</param>
/// <param name="IsCombined">Whether it is the one that decides.</param>
public sealed record EvidenceLine(string Name, ValueList<TimePoint> Points, bool IsCombined = false);

/// <summary>A number at a moment.</summary>
/// <param name="Seconds">Seconds from the beginning, 0 or more.</param>
/// <param name="Value">The number.</param>
public readonly record struct TimePoint(double Seconds, double Value);
