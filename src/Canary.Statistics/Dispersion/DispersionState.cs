namespace Canary.Statistics;

/// <summary>What a dispersion measurement has seen. Made by <see cref="DispersionMeter.Start"/>, moved on by <see cref="DispersionMeter.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit.</remarks>
public sealed record DispersionState
{
    private const int Format = 1;

    internal DispersionState()
    {
    }

    /// <summary>For each way to split the pods, the sum of squared deviations of one side's bad requests from its share.</summary>
    public required NumberList Squares { get; init; }

    /// <summary>For each way to split the pods, what that sum is expected to be when requests fail independently.</summary>
    public required NumberList Variances { get; init; }

    /// <summary>Blocks seen.</summary>
    public required double Blocks { get; init; }

    /// <summary>Their length together, seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static DispersionState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "dispersion");
        var state = new DispersionState { Squares = reader.NextAmounts(), Variances = reader.NextAmounts(), Blocks = reader.NextCount(), Seconds = reader.NextAmount() };
        reader.End();
        return state.Squares.Count == DispersionMeter.Splits && state.Variances.Count == DispersionMeter.Splits
            ? state
            : throw reader.Broken("has wrong splits");
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, the two lists each after its length, then the other properties in their order.</returns>
    public NumberList ToNumbers() => new NumberWriter(Format).Add(Squares).Add(Variances).Add(Blocks).Add(Seconds).ToList();
}
