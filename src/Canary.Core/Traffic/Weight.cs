using System.Globalization;

namespace Canary.Core.Traffic;

/// <summary>The share of requests that goes to the candidate, in whole percent.</summary>
public readonly record struct Weight : IComparable<Weight>
{
    /// <summary>Makes a weight.</summary>
    /// <param name="percent">A percent in [0, 100].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percent"/> is out of its range.</exception>
    public Weight(int percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        Percent = percent;
    }

    /// <summary>No requests.</summary>
    public static Weight Zero { get; }

    /// <summary>All requests.</summary>
    public static Weight Full { get; } = new(100);

    /// <summary>The weight as a percent in [0, 100].</summary>
    public int Percent { get; }

    /// <summary>Splits what a route's two arms hold together.</summary>
    /// <param name="total">The sum of both arms' weights in the route, at least 1; 100 where the owner wrote nothing else.</param>
    /// <returns>The candidate's part, rounded to the nearest whole number, but never 0 for a weight above 0 nor all of it for one below 100 while <paramref name="total"/> is at least 2.</returns>
    public int PartOf(int total)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total);
        var part = (int)Math.Round((double)total * Percent / 100, MidpointRounding.AwayFromZero);
        return Percent switch
        {
            0 => 0,
            100 => total,
            _ when total < 2 => part,
            _ => Math.Clamp(part, 1, total - 1),
        };
    }

    /// <summary>Counts the pods that carry this share of a workload.</summary>
    /// <param name="replicas">The workload's replicas, at least 0.</param>
    /// <returns>The share of <paramref name="replicas"/> rounded up, at least 1; 0 when there are no replicas.</returns>
    public int PodsOf(int replicas) => replicas <= 0 ? 0 : Math.Max(1, (int)(((long)replicas * Percent + 99) / 100));

    /// <inheritdoc />
    public int CompareTo(Weight other) => Percent.CompareTo(other.Percent);

    /// <summary>Compares two weights.</summary>
    public static bool operator <(Weight left, Weight right) => left.Percent < right.Percent;

    /// <summary>Compares two weights.</summary>
    public static bool operator >(Weight left, Weight right) => left.Percent > right.Percent;

    /// <summary>Compares two weights.</summary>
    public static bool operator <=(Weight left, Weight right) => left.Percent <= right.Percent;

    /// <summary>Compares two weights.</summary>
    public static bool operator >=(Weight left, Weight right) => left.Percent >= right.Percent;

    /// <summary>Shows the weight for people.</summary>
    /// <returns>For example <c>25 %</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Percent} %");
}
