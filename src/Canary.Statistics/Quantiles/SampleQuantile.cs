namespace Canary.Statistics;

/// <summary>Quantiles of a sample, between its points by a straight line.</summary>
/// <remarks>Definition 7 of R. J. Hyndman and Y. Fan, American Statistician 50 (1996): R's and NumPy's default. Checked against NumPy. Pure; thread-safe.</remarks>
public static class SampleQuantile
{
    /// <summary>A quantile of a sample.</summary>
    /// <param name="values">The sample, any order, at least one; no NaN.</param>
    /// <param name="probability">In [0, 1]; 0.5 is the median.</param>
    /// <returns>The quantile.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    /// <exception cref="ArgumentException">The sample is empty or holds NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is out of its range.</exception>
    public static double Of(IReadOnlyList<double> values, double probability)
    {
        ArgumentNullException.ThrowIfNull(values);
        var sorted = values.ToArray();
        Array.Sort(sorted);

        // NaN sorts first
        return sorted.Length > 0 && !double.IsNaN(sorted[0])
            ? OfSorted(sorted, probability)
            : throw new ArgumentException("A quantile needs a sample of numbers.", nameof(values));
    }

    /// <summary>A quantile of a sample in increasing order.</summary>
    internal static double OfSorted(ReadOnlySpan<double> sorted, double probability)
    {
        var position = Require.Ratio(probability) * (sorted.Length - 1);
        var below = (int)position;
        var part = position - below;
        return part == 0 ? sorted[below] : sorted[below] + part * (sorted[below + 1] - sorted[below]);
    }
}
