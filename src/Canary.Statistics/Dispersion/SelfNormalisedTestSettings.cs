namespace Canary.Statistics;

/// <summary>What a self-normalised test asks. Fixed before the first block.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record SelfNormalisedTestSettings
{
    private const double MixtureErrorProbability = 0.01;

    /// <summary>Makes checked settings.</summary>
    /// <param name="marginRatio">r0: the margin is r0 times the baseline's rate plus d0. Finite, greater than 0.</param>
    /// <param name="marginDifference">d0, a share of requests in [0, 1); 0 for <see cref="SelfNormalisation.Delyon"/>, which must know the variance.</param>
    /// <param name="normalisation">By what chance is measured.</param>
    /// <param name="tuning">Sum of squared deviations at which the test is tightest; finite, greater than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">Delyon's normalisation is asked for with a difference.</exception>
    public SelfNormalisedTestSettings(
        double marginRatio = StatisticsDefaults.RollbackMarginRatio,
        double marginDifference = StatisticsDefaults.RollbackMarginDifference,
        SelfNormalisation normalisation = SelfNormalisation.Squares,
        double tuning = StatisticsDefaults.SelfNormalisedTuning)
    {
        MarginRatio = Require.Positive(marginRatio);
        MarginDifference = Require.BelowOne(marginDifference);
        Normalisation = normalisation;
        Tuning = Require.Positive(tuning);
        if (normalisation == SelfNormalisation.Delyon && marginDifference != 0)
        {
            throw new ArgumentException("Delyon's normalisation has no variance for a difference; use a ratio alone.", nameof(marginDifference));
        }

        Mixture = OneSidedNormalMixture.TightestAt(tuning, MixtureErrorProbability);
    }

    /// <summary>r0, greater than 0.</summary>
    public double MarginRatio { get; }

    /// <summary>d0, a share of requests in [0, 1).</summary>
    public double MarginDifference { get; }

    /// <summary>By what chance is measured.</summary>
    public SelfNormalisation Normalisation { get; }

    /// <summary>Sum of squared deviations at which the test is tightest.</summary>
    public double Tuning { get; }

    internal OneSidedNormalMixture Mixture { get; }
}
