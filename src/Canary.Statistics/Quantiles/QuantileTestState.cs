namespace Canary.Statistics;

/// <summary>Where a quantile test stands after some blocks. Made by <see cref="QuantileTest.Start"/>, moved on by <see cref="QuantileTest.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit.</remarks>
public sealed record QuantileTestState
{
    private const int Format = 1;

    internal QuantileTestState()
    {
    }

    /// <summary>Upper bounds of all buckets but the last.</summary>
    public required NumberList Bounds { get; init; }

    /// <summary>The candidate's requests per bucket.</summary>
    public required NumberList CandidateCounts { get; init; }

    /// <summary>The baseline's requests per bucket.</summary>
    public required NumberList BaselineCounts { get; init; }

    /// <summary>Largest log evidence so far, natural logarithm, at least 0; e to its negative is a p-value valid at any time.</summary>
    public required double MaximumLogEvidence { get; init; }

    /// <summary>The p-value that stays valid however often one looks, in (0, 1].</summary>
    public double AnytimePValue => Math.Exp(-MaximumLogEvidence);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static QuantileTestState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "quantile test");
        var bounds = reader.NextList();
        BucketLayout.Require(bounds);
        var state = new QuantileTestState
        {
            Bounds = bounds,
            CandidateCounts = BucketLayout.RequireLength(bounds, reader.NextAmounts(), nameof(numbers)),
            BaselineCounts = BucketLayout.RequireLength(bounds, reader.NextAmounts(), nameof(numbers)),
            MaximumLogEvidence = reader.NextFinite(),
        };
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, then the properties in their order; 5 + 3 x buckets numbers.</returns>
    public NumberList ToNumbers() => new NumberWriter(Format).Add(Bounds).Add(CandidateCounts).Add(BaselineCounts).Add(MaximumLogEvidence).ToList();
}
