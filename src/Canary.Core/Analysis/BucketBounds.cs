namespace Canary.Core.Analysis;

/// <summary>Fits histograms of different bounds together. Exact: a cumulative count is as true in a histogram with fewer bounds.</summary>
internal static class BucketBounds
{
    /// <summary>The bounds that both have.</summary>
    public static ValueList<double> Common(ValueList<double> first, ValueList<double> second) =>
        first.Equals(second) ? first : first.Where(bound => IndexOf(second, bound) >= 0).ToValueList();

    /// <summary>Whether a histogram has all the bounds that are asked for.</summary>
    public static bool Cover(ValueList<double> bounds, ValueList<double> asked) => bounds.Equals(asked) || asked.All(bound => IndexOf(bounds, bound) >= 0);

    /// <summary>The counts up to the bounds that are asked for; null when the histogram lacks one of them, or has no counts.</summary>
    public static ValueList<double>? Project(ValueList<double> bounds, ValueList<double> cumulative, ValueList<double> asked)
    {
        if (cumulative.Count != bounds.Count)
        {
            return null;
        }

        if (bounds.Equals(asked))
        {
            return cumulative;
        }

        var projected = new double[asked.Count];
        for (var i = 0; i < projected.Length; i++)
        {
            var index = IndexOf(bounds, asked[i]);
            if (index < 0)
            {
                return null;
            }

            projected[i] = cumulative[index];
        }

        return projected.ToValueList();
    }

    private static int IndexOf(ValueList<double> bounds, double bound) => bounds.AsSpan().BinarySearch(bound) is >= 0 and var index ? index : -1;
}
