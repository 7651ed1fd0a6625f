namespace Canary.Statistics;

/// <summary>Where a gauge test stands after some readings. Made by <see cref="GaugeTest.Start"/>, moved on by <see cref="GaugeTest.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit. Every number is finite, so that JSON keeps it exactly.</remarks>
public sealed record GaugeTestState
{
    private const int Format = 1;

    internal GaugeTestState()
    {
    }

    /// <summary>Readings that were taken in.</summary>
    public required double Readings { get; init; }

    /// <summary>Sum of the logarithms of candidate over baseline in those readings.</summary>
    public required double LogRatioSum { get; init; }

    /// <summary>With history: whether the last reading was usable, so that the next can be compared with it.</summary>
    public required bool HasPrevious { get; init; }

    /// <summary>With history: the last reading, beyond the margin; 0 when <see cref="HasPrevious"/> is false.</summary>
    public required double Previous { get; init; }

    /// <summary>Without history: readings of the block under way.</summary>
    public required double BlockReadings { get; init; }

    /// <summary>Without history: their sum, beyond the margin.</summary>
    public required double BlockSum { get; init; }

    /// <summary>What the test has counted: surprises with history, blocks without.</summary>
    public required double Steps { get; init; }

    /// <summary>Their sum.</summary>
    public required double Sum { get; init; }

    /// <summary>Their sum of squares.</summary>
    public required double Squares { get; init; }

    /// <summary>Largest log evidence so far, natural logarithm, at least 0; e to its negative is a p-value valid at any time.</summary>
    public required double MaximumLogEvidence { get; init; }

    /// <summary>Geometric mean of candidate over baseline; null before the first reading.</summary>
    public double? Ratio => Readings > 0 ? Math.Exp(LogRatioSum / Readings) : null;

    /// <summary>The p-value that stays valid however often one looks, in (0, 1].</summary>
    public double AnytimePValue => Math.Exp(-MaximumLogEvidence);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static GaugeTestState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "gauge test");
        var state = new GaugeTestState
        {
            Readings = reader.NextCount(),
            LogRatioSum = reader.NextFinite(),
            HasPrevious = reader.NextCount() != 0,
            Previous = reader.NextFinite(),
            BlockReadings = reader.NextCount(),
            BlockSum = reader.NextFinite(),
            Steps = reader.NextCount(),
            Sum = reader.NextFinite(),
            Squares = reader.NextAmount(),
            MaximumLogEvidence = reader.NextFinite(),
        };
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, then the properties in their order; 11 numbers.</returns>
    public NumberList ToNumbers() => new NumberWriter(Format)
        .Add(Readings)
        .Add(LogRatioSum)
        .Add(HasPrevious ? 1 : 0)
        .Add(Previous)
        .Add(BlockReadings)
        .Add(BlockSum)
        .Add(Steps)
        .Add(Sum)
        .Add(Squares)
        .Add(MaximumLogEvidence)
        .ToList();
}
