namespace Canary.Statistics;

/// <summary>Where a count test stands after some blocks. Made by <see cref="CountTest.Start"/>, moved on by <see cref="CountTest.Advance"/> and <see cref="CountTest.Restart"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit. Every number is finite, so that JSON keeps it exactly.</remarks>
public sealed record CountTestState
{
    private const int Format = 2;

    internal CountTestState()
    {
    }

    /// <summary>What the stakes on each alternative have become, natural logarithms, in the order of <see cref="CountTestSettings.Grid"/>; the logarithm of the staked share before the first block.</summary>
    public required NumberList Scores { get; init; }

    /// <summary>Share of the budget that is not staked yet, in [0, 1); it counts as it is until <see cref="CountTest.Restart"/> stakes it. 0 in a plain test.</summary>
    public required double Unspent { get; init; }

    /// <summary>Largest log evidence so far, natural logarithm, at least 0; e to its negative is a p-value valid at any time.</summary>
    public required double MaximumLogEvidence { get; init; }

    /// <summary>Blocks that carried information.</summary>
    public required double Blocks { get; init; }

    /// <summary>Requests of the candidate in those blocks.</summary>
    public required double CandidateRequests { get; init; }

    /// <summary>Requests of the baseline in those blocks.</summary>
    public required double BaselineRequests { get; init; }

    /// <summary>Bad requests of the candidate in those blocks.</summary>
    public required double CandidateErrors { get; init; }

    /// <summary>Bad requests of the baseline in those blocks.</summary>
    public required double BaselineErrors { get; init; }

    /// <summary>The p-value that stays valid however often one looks: the reciprocal of the largest evidence, in (0, 1].</summary>
    public double AnytimePValue => Math.Exp(-MaximumLogEvidence);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static CountTestState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "count test");
        var state = Read(reader);
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, the length and values of <see cref="Scores"/>, then the other properties in their order.</returns>
    public NumberList ToNumbers()
    {
        var writer = new NumberWriter(Format);
        Write(writer);
        return writer.ToList();
    }

    internal static CountTestState Start(int alternatives, double share)
    {
        var scores = new double[alternatives];
        Array.Fill(scores, Math.Log(Require.Share(share)));
        return new()
        {
            Scores = NumberList.Own(scores),
            Unspent = 1 - share,
            MaximumLogEvidence = 0,
            Blocks = 0,
            CandidateRequests = 0,
            BaselineRequests = 0,
            CandidateErrors = 0,
            BaselineErrors = 0,
        };
    }

    internal CountTestState Restarted(double share)
    {
        var stake = Math.Min(Require.Share(share), Unspent);
        if (stake == 0)
        {
            return this;
        }

        var staked = Math.Log(stake);
        var scores = new double[Scores.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = LogSpace.Add(Scores[i], staked);
        }

        return this with { Scores = NumberList.Own(scores), Unspent = Unspent - stake };
    }

    /// <summary>The state after a block, with scores that the caller has moved on and gives away.</summary>
    internal CountTestState Advanced(double[] scores, ReadOnlySpan<double> logWeights, in CountBlock block) => new()
    {
        Scores = NumberList.Own(scores),
        Unspent = Unspent,
        MaximumLogEvidence = Math.Max(MaximumLogEvidence, LogEvidence(scores, Unspent, logWeights)),
        Blocks = Blocks + 1,
        CandidateRequests = CandidateRequests + block.CandidateRequests,
        BaselineRequests = BaselineRequests + block.BaselineRequests,
        CandidateErrors = CandidateErrors + block.CandidateErrors,
        BaselineErrors = BaselineErrors + block.BaselineErrors,
    };

    internal double LogEvidence(ReadOnlySpan<double> logWeights) => LogEvidence(Scores.AsSpan(), Unspent, logWeights);

    internal void RequireAlternatives(int count)
    {
        if (Scores.Count != count)
        {
            throw new ArgumentException($"The state has {Scores.Count} alternatives, the settings have {count}.");
        }
    }

    internal static CountTestState Read(NumberReader reader) => new()
    {
        Scores = reader.NextList(),
        Unspent = reader.NextRatio(),
        MaximumLogEvidence = reader.NextAmount(),
        Blocks = reader.NextCount(),
        CandidateRequests = reader.NextAmount(),
        BaselineRequests = reader.NextAmount(),
        CandidateErrors = reader.NextAmount(),
        BaselineErrors = reader.NextAmount(),
    };

    internal void Write(NumberWriter writer) =>
        writer.Add(Scores).Add(Unspent).Add(MaximumLogEvidence).Add(Blocks).Add(CandidateRequests).Add(BaselineRequests).Add(CandidateErrors).Add(BaselineErrors);

    private static double LogEvidence(ReadOnlySpan<double> scores, double unspent, ReadOnlySpan<double> logWeights)
    {
        var staked = LogSpace.WeightedSum(logWeights, scores);
        return unspent == 0 ? staked : LogSpace.Add(staked, Math.Log(unspent));
    }
}
