namespace Canary.Statistics;

/// <summary>What a quantile test asks. Fixed before the first block.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record QuantileTestSettings
{
    /// <summary>Makes checked settings.</summary>
    /// <param name="probability">The quantile; 0.99 is p99. In (0, 1).</param>
    /// <param name="margin">The candidate's quantile over the baseline's that evidence is collected against: 1.2 allows 20 % more. Finite, greater than 0.</param>
    /// <param name="seeksSlower">True collects evidence for "slower than the margin" (rollback), false for "faster than the margin" (acceptance).</param>
    /// <param name="dispersion">Largest number of requests that are slow together, or a measured substitute. Finite, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public QuantileTestSettings(double probability, double margin, bool seeksSlower = true, double dispersion = StatisticsDefaults.Dispersion)
    {
        Probability = Require.Probability(probability);
        Margin = Require.Positive(margin);
        SeeksSlower = seeksSlower;
        Dispersion = Require.AtLeastOne(dispersion);
    }

    /// <summary>The quantile, in (0, 1).</summary>
    public double Probability { get; }

    /// <summary>The candidate's quantile over the baseline's, greater than 0.</summary>
    public double Margin { get; }

    /// <summary>Whether evidence speaks for "slower than the margin".</summary>
    public bool SeeksSlower { get; }

    /// <summary>Divides all evidence in log space; at least 1.</summary>
    public double Dispersion { get; }
}
