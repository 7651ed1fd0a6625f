namespace Canary.Statistics;

/// <summary>What a gauge test asks. Fixed before the first reading.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record GaugeTestSettings
{
    /// <summary>Makes checked settings.</summary>
    /// <param name="margin">The ratio of the candidate's gauge to the baseline's that evidence is collected against. Finite, greater than 0.</param>
    /// <param name="seeksAbove">True collects evidence for "above the margin" (rollback when more is worse), false for "below the margin" (acceptance, or rollback when less is worse).</param>
    /// <param name="history">How the gauge moves when nothing changes; null when nothing is known. Only with it may a gauge be a reason to roll back.</param>
    /// <param name="readingsPerBlock">Without history: readings averaged into one, at least 1; 300 seconds' worth.</param>
    /// <param name="expectedLogDifference">With history: the size of difference, as a natural logarithm, that the test is quickest to see. Finite, greater than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public GaugeTestSettings(
        double margin = StatisticsDefaults.GaugeMargin,
        bool seeksAbove = true,
        GaugeHistory? history = null,
        int readingsPerBlock = StatisticsDefaults.GaugeReadingsPerBlock,
        double expectedLogDifference = StatisticsDefaults.GaugeExpectedLogDifference)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(readingsPerBlock, 1);
        Margin = Require.Positive(margin);
        SeeksAbove = seeksAbove;
        History = history;
        ReadingsPerBlock = readingsPerBlock;
        ExpectedLogDifference = Require.Positive(expectedLogDifference);
    }

    /// <summary>Ratio of the candidate's gauge to the baseline's, greater than 0.</summary>
    public double Margin { get; }

    /// <summary>Whether evidence speaks for "above the margin".</summary>
    public bool SeeksAbove { get; }

    /// <summary>How the gauge moves when nothing changes; null when nothing is known.</summary>
    public GaugeHistory? History { get; }

    /// <summary>Without history: readings averaged into one.</summary>
    public int ReadingsPerBlock { get; }

    /// <summary>With history: the difference that the test is quickest to see, a natural logarithm.</summary>
    public double ExpectedLogDifference { get; }
}
