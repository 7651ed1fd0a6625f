namespace Canary.Pictures;

/// <summary>Leaves out points that nobody could see.</summary>
internal static class Thinning
{
    /// <summary>The first, lowest, highest and last point of each pixel column, in their order.</summary>
    public static IReadOnlyList<(double X, double Y)> Of(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count <= Plot.Width)
        {
            return points;
        }

        var kept = new List<(double X, double Y)>();
        for (var start = 0; start < points.Count;)
        {
            var column = Math.Floor(points[start].X);
            var end = start;
            var (lowest, highest) = (start, start);
            for (; end < points.Count && Math.Floor(points[end].X) == column; end++)
            {
                lowest = points[end].Y < points[lowest].Y ? end : lowest;
                highest = points[end].Y > points[highest].Y ? end : highest;
            }

            kept.AddRange(new SortedSet<int> { start, lowest, highest, end - 1 }.Select(i => points[i]));
            start = end;
        }

        return kept;
    }
}
