namespace Canary.Statistics;

/// <summary>Where a binomial test stands after some blocks. Made by <see cref="BinomialTest.Start"/>, moved on by <see cref="BinomialTest.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit. Every number is finite, so that JSON keeps it exactly.</remarks>
public sealed record BinomialTestState
{
    private const int Format = 1;

    internal BinomialTestState()
    {
    }

    /// <summary>Scores, unspent share, largest evidence and totals, as in a count test.</summary>
    public required CountTestState Counts { get; init; }

    /// <summary>Bad requests of the baseline in past blocks, older ones fading; 0 or more.</summary>
    public required double PastErrors { get; init; }

    /// <summary>Requests of the baseline in past blocks, older ones fading; 0 or more.</summary>
    public required double PastRequests { get; init; }

    /// <summary>The p-value that stays valid however often one looks: the reciprocal of the largest evidence, in (0, 1].</summary>
    public double AnytimePValue => Counts.AnytimePValue;

    /// <summary>The baseline's rate that the next block's bets assume, in (0, 1); half of one bad request among one more softens an empty past.</summary>
    internal double BaselineRate => Math.Clamp((PastErrors + 0.5) / (PastRequests + 1), BinomialTest.Edge, 1 - BinomialTest.Edge);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static BinomialTestState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "binomial test");
        var state = new BinomialTestState { Counts = CountTestState.Read(reader), PastErrors = reader.NextCount(), PastRequests = reader.NextCount() };
        reader.End();
        return state.PastErrors <= state.PastRequests ? state : throw reader.Broken("has more errors than requests");
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, then <see cref="Counts"/>, then the other properties in their order.</returns>
    public NumberList ToNumbers()
    {
        var writer = new NumberWriter(Format);
        Counts.Write(writer);
        return writer.Add(PastErrors).Add(PastRequests).ToList();
    }
}
