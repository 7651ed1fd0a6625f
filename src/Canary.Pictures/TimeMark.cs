namespace Canary.Pictures;

/// <summary>A moment that is marked in a picture over time.</summary>
/// <param name="Seconds">Seconds from the beginning, 0 or more.</param>
/// <param name="Label">What happened, in a few words.</param>
/// <param name="Kind">What kind of moment it is.</param>
public sealed record TimeMark(double Seconds, string Label, TimeMarkKind Kind);

/// <summary>What kind of moment is marked.</summary>
public enum TimeMarkKind
{
    /// <summary>A step of the plan began.</summary>
    Step,

    /// <summary>Something was decided.</summary>
    Decision,
}
