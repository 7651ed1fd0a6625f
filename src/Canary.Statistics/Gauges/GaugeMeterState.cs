namespace Canary.Statistics;

/// <summary>What is known of two groups of equal pods. Made by <see cref="GaugeMeter.Start"/>, moved on by <see cref="GaugeMeter.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit.</remarks>
public sealed record GaugeMeterState
{
    private const int Format = 1;

    internal GaugeMeterState()
    {
    }

    /// <summary>Readings of both groups.</summary>
    public required double Readings { get; init; }

    /// <summary>Logarithms of the groups' ratio, summed.</summary>
    public required double Sum { get; init; }

    /// <summary>Their squares, summed.</summary>
    public required double Squares { get; init; }

    /// <summary>Readings that followed another one.</summary>
    public required double Pairs { get; init; }

    /// <summary>Products of such neighbours, summed.</summary>
    public required double Products { get; init; }

    /// <summary>Squares of the later ones of such neighbours, summed.</summary>
    public required double PairSquares { get; init; }

    /// <summary>Squares of the former ones of such neighbours, summed.</summary>
    public required double FormerSquares { get; init; }

    /// <summary>Whether the next reading has a neighbour.</summary>
    public required bool HasPrevious { get; init; }

    /// <summary>The last logarithm; 0 when there is none.</summary>
    public required double Previous { get; init; }

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static GaugeMeterState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "gauge meter");
        var state = new GaugeMeterState
        {
            Readings = reader.NextCount(),
            Sum = reader.NextFinite(),
            Squares = reader.NextFinite(),
            Pairs = reader.NextCount(),
            Products = reader.NextFinite(),
            PairSquares = reader.NextFinite(),
            FormerSquares = reader.NextFinite(),
            HasPrevious = reader.NextCount() != 0,
            Previous = reader.NextFinite(),
        };
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, then the properties in their order.</returns>
    public NumberList ToNumbers() => new NumberWriter(Format)
        .Add(Readings)
        .Add(Sum)
        .Add(Squares)
        .Add(Pairs)
        .Add(Products)
        .Add(PairSquares)
        .Add(FormerSquares)
        .Add(HasPrevious ? 1 : 0)
        .Add(Previous)
        .ToList();
}
