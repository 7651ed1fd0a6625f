using System.Runtime.CompilerServices;

namespace Canary.Statistics;

/// <summary>Checks at the boundary of the library. Every failure names the argument and the value.</summary>
internal static class Require
{
    /// <summary>2^53: above it a double no longer counts by ones.</summary>
    public const double LargestCount = 9007199254740992.0;

    public static double Count(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        IsCount(value) ? value : throw new ArgumentOutOfRangeException(name, value, "A count is a finite number from 0 to 2^53.");

    public static bool IsCount(double value) => value is >= 0 and <= LargestCount;

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) && value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, "Must be a finite number greater than 0.");

    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, "Must be a finite number, 0 or more.");

    public static double AtLeastOne(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) && value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "Must be a finite number, 1 or more.");

    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "Must be a finite number.");

    public static double BelowOne(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, "Must be in [0, 1).");

    public static double Probability(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, "Must be greater than 0 and less than 1.");

    public static double Share(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "Must be greater than 0 and at most 1.");

    public static double Ratio(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "Must be in [0, 1].");
}
