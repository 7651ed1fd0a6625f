namespace Canary.Statistics;

/// <summary>All that a ratio of two error rates needs to know of the past, in bounded size.</summary>
/// <remarks>
/// <para>The likelihood of a ratio depends on a block only through its bad requests and the odds nc / nb of their exposure. Blocks with the same odds are added up without
/// loss. When there are more than <see cref="LargestGroups"/> different odds, the two neighbours that cost least become one, at their odds averaged (in logarithms) by bad requests.
/// With k1 and k2 bad requests at log odds l1 and l2 that moves the log likelihood of any ratio, beside a constant, up by at most
/// (l1 - l2)^2 k1 k2 / (8 (k1 + k2)); these bounds are summed in <see cref="MergeError"/>, and intervals are widened by the sum, so that they keep their guarantee.</para>
/// <para>Immutable; equal by value, to the bit.</para>
/// </remarks>
public sealed record RatioHistory
{
    /// <summary>Most groups of blocks that are kept.</summary>
    public const int LargestGroups = 64;

    private const int Format = 1;

    private RatioHistory()
    {
    }

    /// <summary>The history without blocks.</summary>
    public static RatioHistory Empty { get; } = new()
    {
        LogOdds = [],
        GroupCandidateErrors = [],
        GroupBaselineErrors = [],
        CandidateRequests = 0,
        BaselineRequests = 0,
        CandidateErrors = 0,
        BaselineErrors = 0,
        MergeError = 0,
    };

    /// <summary>Natural logarithm of nc / nb of each group, increasing.</summary>
    public required NumberList LogOdds { get; init; }

    /// <summary>Bad requests of the candidate in each group.</summary>
    public required NumberList GroupCandidateErrors { get; init; }

    /// <summary>Bad requests of the baseline in each group.</summary>
    public required NumberList GroupBaselineErrors { get; init; }

    /// <summary>Requests of the candidate in blocks where both arms had some.</summary>
    public required double CandidateRequests { get; init; }

    /// <summary>Requests of the baseline in those blocks.</summary>
    public required double BaselineRequests { get; init; }

    /// <summary>Bad requests of the candidate in those blocks.</summary>
    public required double CandidateErrors { get; init; }

    /// <summary>Bad requests of the baseline in those blocks.</summary>
    public required double BaselineErrors { get; init; }

    /// <summary>Upper bound on what merging has changed in any difference of log likelihoods, nats; 0 or more, usually below 0.01.</summary>
    public required double MergeError { get; init; }

    /// <summary>The history from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A history equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a history of this version, or were damaged.</exception>
    public static RatioHistory FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "ratio history");
        var history = new RatioHistory
        {
            LogOdds = reader.NextList(),
            GroupCandidateErrors = reader.NextAmounts(),
            GroupBaselineErrors = reader.NextAmounts(),
            CandidateRequests = reader.NextAmount(),
            BaselineRequests = reader.NextAmount(),
            CandidateErrors = reader.NextAmount(),
            BaselineErrors = reader.NextAmount(),
            MergeError = reader.NextAmount(),
        };
        reader.End();
        return history.GroupCandidateErrors.Count == history.LogOdds.Count && history.GroupBaselineErrors.Count == history.LogOdds.Count
            ? history
            : throw reader.Broken("has groups without errors or odds");
    }

    /// <summary>The history as plain numbers, to be stored.</summary>
    /// <returns>A format number, the three lists each after its length, then the other properties in their order; at most 201 numbers.</returns>
    public NumberList ToNumbers() => new NumberWriter(Format)
        .Add(LogOdds)
        .Add(GroupCandidateErrors)
        .Add(GroupBaselineErrors)
        .Add(CandidateRequests)
        .Add(BaselineRequests)
        .Add(CandidateErrors)
        .Add(BaselineErrors)
        .Add(MergeError)
        .ToList();

    /// <summary>Adds one block.</summary>
    /// <param name="block">The next block; each block once.</param>
    /// <returns>The history with the block; the same history when an arm had no requests.</returns>
    public RatioHistory Add(in CountBlock block)
    {
        if (!block.IsInformative)
        {
            return this;
        }

        var added = this with
        {
            CandidateRequests = CandidateRequests + block.CandidateRequests,
            BaselineRequests = BaselineRequests + block.BaselineRequests,
            CandidateErrors = CandidateErrors + block.CandidateErrors,
            BaselineErrors = BaselineErrors + block.BaselineErrors,
        };

        // without a bad request the block tells rates, but nothing of their ratio
        return block.CandidateErrors + block.BaselineErrors == 0 ? added : added.WithGroup(block);
    }

    private RatioHistory WithGroup(in CountBlock block)
    {
        var logOdds = Math.Log(block.CandidateRequests / block.BaselineRequests);
        var at = 0;
        while (at < LogOdds.Count && LogOdds[at] < logOdds)
        {
            at++;
        }

        var fresh = at == LogOdds.Count || LogOdds[at] != logOdds;
        var size = LogOdds.Count + (fresh ? 1 : 0);
        var odds = new double[size];
        var candidate = new double[size];
        var baseline = new double[size];
        for (int i = 0, from = 0; i < size; i++)
        {
            if (i == at)
            {
                odds[i] = logOdds;
                candidate[i] = block.CandidateErrors;
                baseline[i] = block.BaselineErrors;
                if (fresh)
                {
                    continue;
                }
            }

            odds[i] = LogOdds[from];
            candidate[i] += GroupCandidateErrors[from];
            baseline[i] += GroupBaselineErrors[from];
            from++;
        }

        var grouped = this with { LogOdds = NumberList.Own(odds), GroupCandidateErrors = NumberList.Own(candidate), GroupBaselineErrors = NumberList.Own(baseline) };
        return size > LargestGroups ? grouped.WithCheapestMerge() : grouped;
    }

    private RatioHistory WithCheapestMerge()
    {
        var cheapest = 0;
        var least = double.PositiveInfinity;
        for (var i = 0; i + 1 < LogOdds.Count; i++)
        {
            var cost = MergeCost(i);
            if (cost < least)
            {
                (cheapest, least) = (i, cost);
            }
        }

        var first = Errors(cheapest);
        var second = Errors(cheapest + 1);
        var mean = LogOdds[cheapest] + (LogOdds[cheapest + 1] - LogOdds[cheapest]) * (second / (first + second));
        return this with
        {
            LogOdds = Joined(LogOdds, cheapest, mean),
            GroupCandidateErrors = Joined(GroupCandidateErrors, cheapest, GroupCandidateErrors[cheapest] + GroupCandidateErrors[cheapest + 1]),
            GroupBaselineErrors = Joined(GroupBaselineErrors, cheapest, GroupBaselineErrors[cheapest] + GroupBaselineErrors[cheapest + 1]),
            MergeError = MergeError + least,
        };
    }

    // the curvature of ln(1 + e^x) is at most 1/4, half of which multiplies the squared distances from the mean
    private double MergeCost(int group)
    {
        var distance = LogOdds[group + 1] - LogOdds[group];
        return distance * distance * (Errors(group) * Errors(group + 1)) / (8 * (Errors(group) + Errors(group + 1)));
    }

    private double Errors(int group) => GroupCandidateErrors[group] + GroupBaselineErrors[group];

    private static NumberList Joined(NumberList list, int at, double value)
    {
        var joined = new double[list.Count - 1];
        list.AsSpan()[..at].CopyTo(joined);
        joined[at] = value;
        list.AsSpan()[(at + 2)..].CopyTo(joined.AsSpan(at + 1));
        return NumberList.Own(joined);
    }
}
