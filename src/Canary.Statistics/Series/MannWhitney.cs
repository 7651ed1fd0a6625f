using MathNet.Numerics.Distributions;

namespace Canary.Statistics;

/// <summary>The rank-sum test of two samples, and how far they are apart. For samples that are taken once; looked at again and again it raises false alarms without limit.</summary>
/// <remarks>
/// Points must be independent; neighbouring points of a time series rarely are. Source: H. B. Mann, D. R. Whitney (1947); J. L. Hodges, E. L. Lehmann, Annals of Mathematical Statistics 34 (1963).
/// Checked against R's wilcox.test and SciPy's mannwhitneyu in MannWhitneyTests. Pure; thread-safe.
/// </remarks>
public static class MannWhitney
{
    /// <summary>From this many points in a sample on the normal approximation takes over, as in R.</summary>
    private const int ExactBelow = 50;

    /// <summary>Pairs in which the candidate's point is above the baseline's, a tie counting half. R calls it W, SciPy U.</summary>
    /// <param name="candidate">Finite values, any order, at least one.</param>
    /// <param name="baseline">Finite values, any order, at least one.</param>
    /// <returns>A number in [0, pairs]; divided by the pairs, the probability that a point of the candidate is above one of the baseline (common-language effect size).</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A sample is empty or holds a value that is not finite.</exception>
    public static double Pairs(IReadOnlyList<double> candidate, IReadOnlyList<double> baseline) =>
        new RankedPair(Sorted(candidate, nameof(candidate)), Sorted(baseline, nameof(baseline))).Pairs;

    /// <summary>Probability of a difference in ranks at least as large when there is none.</summary>
    /// <param name="candidate">Finite values, any order, at least one.</param>
    /// <param name="baseline">Finite values, any order, at least one.</param>
    /// <param name="direction">The difference that matters.</param>
    /// <param name="exact">Whether to use the exact distribution, which needs samples without ties; null uses it for fewer than 50 points without ties, as R does.</param>
    /// <param name="continuity">Whether the normal approximation is corrected by half a pair.</param>
    /// <returns>The p-value, in (0, 1]; 1 when all values are the same.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A sample is empty or holds a value that is not finite, or <paramref name="exact"/> is true with ties.</exception>
    public static double PValue(
        IReadOnlyList<double> candidate,
        IReadOnlyList<double> baseline,
        SeriesDirection direction = SeriesDirection.Either,
        bool? exact = null,
        bool continuity = true)
    {
        var pair = new RankedPair(Sorted(candidate, nameof(candidate)), Sorted(baseline, nameof(baseline)));
        if (exact == true && pair.HasTies)
        {
            throw new ArgumentException("The exact distribution is that of samples without ties.", nameof(exact));
        }

        return exact ?? IsExact(pair) ? ExactPValue(pair, direction) : NormalPValue(pair, direction, continuity);
    }

    /// <summary>How much higher the candidate is: the median of all differences between a point of it and one of the baseline (Hodges-Lehmann).</summary>
    /// <param name="candidate">Finite values, any order, at least one.</param>
    /// <param name="baseline">Finite values, any order, at least one.</param>
    /// <returns>The shift, in the unit of the series.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A sample is empty or holds a value that is not finite.</exception>
    public static double Shift(IReadOnlyList<double> candidate, IReadOnlyList<double> baseline)
    {
        var differences = new SortedDifferences(Sorted(candidate, nameof(candidate)), Sorted(baseline, nameof(baseline)));
        var middle = differences.Count / 2;
        return differences.Count % 2 == 1 ? differences[middle + 1] : differences[middle] / 2 + differences[middle + 1] / 2;
    }

    /// <summary>A confidence interval for the shift: from one of the sorted differences to another, without searching.</summary>
    /// <param name="candidate">Finite values, any order, at least one.</param>
    /// <param name="baseline">Finite values, any order, at least one.</param>
    /// <param name="errorProbability">Probability that the interval misses the shift, in (0, 1).</param>
    /// <param name="direction">The difference that matters: <see cref="SeriesDirection.Higher"/> leaves the upper end open, <see cref="SeriesDirection.Lower"/> the lower.</param>
    /// <returns>The interval. An end that so few points cannot support is infinite.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A sample is empty or holds a value that is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="errorProbability"/> is out of its range.</exception>
    /// <remarks>Exact below 50 points without ties; else the number of differences left out at each end is floor(mn/2 - z sd - 1/2), with sd corrected for ties.</remarks>
    public static ShiftInterval Interval(
        IReadOnlyList<double> candidate, IReadOnlyList<double> baseline, double errorProbability, SeriesDirection direction = SeriesDirection.Either)
    {
        Require.Probability(errorProbability);
        var (x, y) = (Sorted(candidate, nameof(candidate)), Sorted(baseline, nameof(baseline)));
        var pair = new RankedPair(x, y);
        var tail = direction == SeriesDirection.Either ? errorProbability / 2 : errorProbability;
        var left = IsExact(pair)
            ? new RankSumDistribution(x.Length, y.Length).Quantile(tail) - 1
            : Math.Floor(pair.Middle + Normal.InvCDF(0, 1, tail) * pair.Deviation - 0.5);
        var differences = new SortedDifferences(x, y);
        return new(
            direction == SeriesDirection.Lower || left < 0 ? double.NegativeInfinity : differences[(long)left + 1],
            direction == SeriesDirection.Higher || left < 0 ? double.PositiveInfinity : differences[differences.Count - (long)left],
            IsExact(pair));
    }

    private static bool IsExact(RankedPair pair) => !pair.HasTies && pair.First < ExactBelow && pair.Second < ExactBelow;

    private static double ExactPValue(RankedPair pair, SeriesDirection direction)
    {
        var distribution = new RankSumDistribution(pair.First, pair.Second);
        return direction switch
        {
            SeriesDirection.Higher => distribution.AtLeast(pair.Pairs),
            SeriesDirection.Lower => distribution.AtMost(pair.Pairs),
            _ => Math.Min(1, 2 * Math.Min(distribution.AtMost(pair.Pairs), distribution.AtLeast(pair.Pairs))),
        };
    }

    private static double NormalPValue(RankedPair pair, SeriesDirection direction, bool continuity)
    {
        if (pair.Deviation == 0)
        {
            return 1;
        }

        var half = continuity ? 0.5 : 0;
        var above = (pair.Pairs - pair.Middle - half) / pair.Deviation;
        var below = (pair.Pairs - pair.Middle + half) / pair.Deviation;
        return direction switch
        {
            SeriesDirection.Higher => Normal.CDF(0, 1, -above),
            SeriesDirection.Lower => Normal.CDF(0, 1, below),
            _ => Math.Min(1, 2 * Math.Min(Normal.CDF(0, 1, -above), Normal.CDF(0, 1, below))),
        };
    }

    private static double[] Sorted(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted.Length > 0 && double.IsFinite(sorted[0]) && double.IsFinite(sorted[^1])
            ? sorted
            : throw new ArgumentException("A sample is at least one finite value.", name);
    }
}
