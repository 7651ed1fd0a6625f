namespace Canary.Benchmarks.Scale;

/// <summary>The slope of a line through points, of which some may lie: the median of the slopes of all pairs.</summary>
/// <param name="PerSecond">The slope.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <remarks>
/// Sources: H. Theil, Nederl. Akad. Wetensch. Proc. 53 (1950); P. K. Sen, JASA 63 (1968), 1379-1389, for the interval: the slopes at the ranks that Kendall's
/// variance n(n-1)(2n+5)/18 leaves out. It takes the points to be independent of each other, so memory, which moves slowly, makes it narrower than it should be.
/// </remarks>
internal sealed record Slope(double PerSecond, double Low, double High)
{
    private const double Z = 1.959964;

    /// <summary>Finds the slope.</summary>
    /// <param name="points">At different times, in seconds; at least three.</param>
    public static Slope Of(IReadOnlyList<(double At, double Value)> points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points.Count, 3);
        var slopes = new List<double>(points.Count * (points.Count - 1) / 2);
        for (var second = 1; second < points.Count; second++)
        {
            for (var first = 0; first < second; first++)
            {
                slopes.Add((points[second].Value - points[first].Value) / (points[second].At - points[first].At));
            }
        }

        slopes.Sort();
        var count = points.Count;
        var half = Z * Math.Sqrt(count * (count - 1.0) * ((2.0 * count) + 5) / 18);
        double At(double rank) => slopes[Math.Clamp((int)Math.Round(rank), 0, slopes.Count - 1)];
        var middle = slopes.Count / 2;
        return new Slope(
            slopes.Count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2,
            At(((slopes.Count - half) / 2) - 1),
            At((slopes.Count + half) / 2));
    }
}
