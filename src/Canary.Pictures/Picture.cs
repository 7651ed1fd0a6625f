namespace Canary.Pictures;

/// <summary>Draws charts as SVG. Pure; thread-safe; needs no display. The same chart gives the same text.</summary>
/// <remarks>
/// 760 by 360 pixels; follows the reader's light or dark scheme; has a title and a description for those who do not see it. Text from outside is escaped.
/// </remarks>
public static class Picture
{
    /// <summary>Draws evidence over time.</summary>
    /// <param name="chart">What to draw.</param>
    /// <returns>A whole SVG document.</returns>
    public static string Of(EvidenceChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return EvidenceDrawing.Draw(chart);
    }

    /// <summary>Draws a ratio over time.</summary>
    /// <param name="chart">What to draw.</param>
    /// <returns>A whole SVG document.</returns>
    public static string Of(RatioChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return RatioDrawing.Draw(chart);
    }

    /// <summary>Draws two distributions of response times.</summary>
    /// <param name="chart">What to draw.</param>
    /// <returns>A whole SVG document.</returns>
    /// <exception cref="ArgumentException">The counts do not fit the bounds.</exception>
    public static string Of(LatencyChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        if (chart.Bounds.Count == 0 || chart.Stable.Count != chart.Bounds.Count + 1 || chart.Candidate.Count != chart.Bounds.Count + 1)
        {
            throw new ArgumentException($"{chart.Bounds.Count} bounds need {chart.Bounds.Count + 1} counts of each arm; there are {chart.Stable.Count} and {chart.Candidate.Count}.", nameof(chart));
        }

        return LatencyDrawing.Draw(chart);
    }
}
