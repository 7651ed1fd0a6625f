using MathNet.Numerics.Distributions;

namespace Canary.Statistics;

/// <summary>The confidence interval for the shift between two series as Kayenta computes it.</summary>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end; may lie below <paramref name="Lower"/> for data smaller than the solver's tolerance.</param>
/// <param name="Estimate">Its estimate of the shift.</param>
/// <remarks>
/// A root of the standardised rank sum, which is a staircase: the value depends on the solver and on its absolute tolerance of 0.0001. Series much smaller than 1 lose all power. It is here only to
/// give the same verdicts as Kayenta; <see cref="MannWhitney.Interval"/> has neither fault. Source: Kayenta at commit a69573be, as described in docs/analysis.md; checked in KayentaIntervalTests.
/// </remarks>
public readonly record struct KayentaInterval(double Lower, double Upper, double Estimate)
{
    /// <summary>Kayenta's absolute tolerance, in the unit of the series.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>Computes the interval.</summary>
    /// <param name="candidate">Finite values, any order, at least one.</param>
    /// <param name="baseline">Finite values, any order, at least one.</param>
    /// <param name="confidence">Confidence level in (0, 1); Kayenta's judge always takes 0.98.</param>
    /// <returns>The interval; null when all points are tied at some shift that the search tries, which Kayenta reports as an error.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A series is empty or holds a value that is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="confidence"/> is out of its range.</exception>
    public static KayentaInterval? Compute(IReadOnlyList<double> candidate, IReadOnlyList<double> baseline, double confidence)
    {
        Require.Probability(confidence);
        var x = Finite(candidate, nameof(candidate));
        var y = Finite(baseline, nameof(baseline));
        var (least, most) = (x[0] - y[^1], x[^1] - y[0]);
        var quantile = Normal.InvCDF(0, 1, (1 - confidence) / 2);
        var (lower, upper) = (End(x, y, least, most, -quantile), End(x, y, least, most, quantile));
        var estimate = Root(x, y, least, most, 0);
        return double.IsNaN(lower + upper + estimate) ? null : new(lower, upper, estimate);
    }

    // outside of the range of all differences the staircase is level, and there is nothing to solve
    private static double End(double[] x, double[] y, double least, double most, double quantile)
    {
        var (first, last) = (RankSum(x, y, least, quantile), RankSum(x, y, most, quantile));
        return double.IsNaN(first + last) ? double.NaN : first <= 0 ? least : last >= 0 ? most : Root(x, y, least, most, quantile);
    }

    private static double Root(double[] x, double[] y, double least, double most, double quantile) =>
        BrentRoot.Find(shift => RankSum(x, y, shift, quantile), least, most, Tolerance);

    /// <summary>The rank sum of x less a shift among both, standardised with a correction of half a rank, less a quantile; NaN when all are tied.</summary>
    private static double RankSum(double[] x, double[] y, double shift, double quantile)
    {
        var shifted = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            shifted[i] = x[i] - shift;
        }

        var pair = new RankedPair(shifted, y);
        var beyond = pair.Pairs - pair.Middle;
        return pair.Deviation == 0 ? double.NaN : (beyond - 0.5 * Math.Sign(beyond)) / pair.Deviation - quantile;
    }

    private static double[] Finite(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted.Length > 0 && double.IsFinite(sorted[0]) && double.IsFinite(sorted[^1])
            ? sorted
            : throw new ArgumentException("A series is at least one finite value.", name);
    }
}
