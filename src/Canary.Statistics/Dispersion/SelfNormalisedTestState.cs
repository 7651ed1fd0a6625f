namespace Canary.Statistics;

/// <summary>Where a self-normalised test stands after some blocks. Made by <see cref="SelfNormalisedTest.Start"/>, moved on by <see cref="SelfNormalisedTest.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit. Every number is finite, so that JSON keeps it exactly.</remarks>
public sealed record SelfNormalisedTestState
{
    private const int Format = 1;

    internal SelfNormalisedTestState()
    {
    }

    /// <summary>Sum of the deviations: bad requests of the candidate beyond its share on the margin.</summary>
    public required double Deviation { get; init; }

    /// <summary>Sum of the squared deviations of the blocks, 0 or more.</summary>
    public required double Squares { get; init; }

    /// <summary>Sum of the variances that the deviations would have if requests failed independently, 0 or more.</summary>
    public required double Variance { get; init; }

    /// <summary>Largest log evidence so far, natural logarithm, at least 0.</summary>
    public required double MaximumLogEvidence { get; init; }

    /// <summary>Blocks that carried information.</summary>
    public required double Blocks { get; init; }

    /// <summary>The p-value that stays valid however often one looks: the reciprocal of the largest evidence, in (0, 1].</summary>
    public double AnytimePValue => Math.Exp(-MaximumLogEvidence);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static SelfNormalisedTestState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "self-normalised test");
        var state = new SelfNormalisedTestState
        {
            Deviation = reader.NextFinite(),
            Squares = reader.NextAmount(),
            Variance = reader.NextAmount(),
            MaximumLogEvidence = reader.NextAmount(),
            Blocks = reader.NextCount(),
        };
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, then the properties in their order.</returns>
    public NumberList ToNumbers() => new NumberWriter(Format).Add(Deviation).Add(Squares).Add(Variance).Add(MaximumLogEvidence).Add(Blocks).ToList();
}
