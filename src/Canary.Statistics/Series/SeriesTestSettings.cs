namespace Canary.Statistics;

/// <summary>How series of arbitrary numbers are compared. Fixed before the first judgement.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record SeriesTestSettings
{
    /// <summary>Makes checked settings.</summary>
    /// <param name="judgements">How often the series will be judged, at times fixed in advance; at least 1. Each judgement gets an equal part of the budget.</param>
    /// <param name="errorProbability">Probability that an equal version is ever found beyond the margin, over all judgements; in (0, 1).</param>
    /// <param name="margin">Allowed shift as a share of the baseline's median; finite, 0 or more.</param>
    /// <param name="direction">The difference that matters.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public SeriesTestSettings(
        int judgements,
        double errorProbability = StatisticsDefaults.FalseRollbackProbability,
        double margin = StatisticsDefaults.SeriesMargin,
        SeriesDirection direction = SeriesDirection.Either)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(judgements, 1);
        Judgements = judgements;
        ErrorProbability = Require.Probability(errorProbability);
        Margin = Require.NotNegative(margin);
        Direction = direction;
    }

    /// <summary>How often the series will be judged.</summary>
    public int Judgements { get; }

    /// <summary>Probability that an equal version is ever found beyond the margin.</summary>
    public double ErrorProbability { get; }

    /// <summary>Allowed shift as a share of the baseline's median.</summary>
    public double Margin { get; }

    /// <summary>The difference that matters.</summary>
    public SeriesDirection Direction { get; }
}
