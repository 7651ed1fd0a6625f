namespace Canary.Statistics;

/// <summary>Where a share test stands after some blocks. Made by <see cref="ShareTest.Start"/>, moved on by <see cref="ShareTest.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit. Every number is finite, so that JSON keeps it exactly.</remarks>
public sealed record ShareTestState
{
    private const int Format = 1;

    internal ShareTestState()
    {
    }

    /// <summary>Log evidence of each share below the tolerance, natural logarithms.</summary>
    public required NumberList FewerScores { get; init; }

    /// <summary>Log evidence of each share above the tolerance, natural logarithms.</summary>
    public required NumberList MoreScores { get; init; }

    /// <summary>Largest log evidence so far, natural logarithm, at least 0.</summary>
    public required double MaximumLogEvidence { get; init; }

    /// <summary>Blocks that carried information.</summary>
    public required double Blocks { get; init; }

    /// <summary>Requests that the candidate completed in those blocks.</summary>
    public required double CandidateRequests { get; init; }

    /// <summary>Requests that the baseline completed in those blocks.</summary>
    public required double BaselineRequests { get; init; }

    /// <summary>Requests of both arms that the weights meant for the candidate in those blocks.</summary>
    public required double PlannedRequests { get; init; }

    /// <summary>The share that the candidate completed, in [0, 1]; null without requests.</summary>
    public double? ObservedShare => Share(CandidateRequests);

    /// <summary>The share that the weights meant for the candidate, over the same requests, in [0, 1]; null without requests.</summary>
    public double? PlannedShare => Share(PlannedRequests);

    /// <summary>The p-value that stays valid however often one looks: the reciprocal of the largest evidence, in (0, 1].</summary>
    public double AnytimePValue => Math.Exp(-MaximumLogEvidence);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static ShareTestState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "share test");
        var state = new ShareTestState
        {
            FewerScores = reader.NextList(),
            MoreScores = reader.NextList(),
            MaximumLogEvidence = reader.NextAmount(),
            Blocks = reader.NextCount(),
            CandidateRequests = reader.NextAmount(),
            BaselineRequests = reader.NextAmount(),
            PlannedRequests = reader.NextAmount(),
        };
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, the two lists each after its length, then the other properties in their order.</returns>
    public NumberList ToNumbers() => new NumberWriter(Format)
        .Add(FewerScores)
        .Add(MoreScores)
        .Add(MaximumLogEvidence)
        .Add(Blocks)
        .Add(CandidateRequests)
        .Add(BaselineRequests)
        .Add(PlannedRequests)
        .ToList();

    private double? Share(double requests) => CandidateRequests + BaselineRequests > 0 ? requests / (CandidateRequests + BaselineRequests) : null;
}
