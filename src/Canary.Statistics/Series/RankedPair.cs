namespace Canary.Statistics;

/// <summary>Two sorted samples compared point by point.</summary>
internal readonly struct RankedPair
{
    public RankedPair(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        First = x.Length;
        Second = y.Length;
        var tied = 0.0;
        for (int i = 0, j = 0; i < x.Length || j < y.Length;)
        {
            var value = i == x.Length ? y[j] : j == y.Length ? x[i] : Math.Min(x[i], y[j]);
            var (startX, startY) = (i, j);
            while (i < x.Length && x[i] == value)
            {
                i++;
            }

            while (j < y.Length && y[j] == value)
            {
                j++;
            }

            double same = i - startX + j - startY;
            tied += same * same * same - same;
            Pairs += (i - startX) * (startY + (j - startY) / 2.0);
        }

        HasTies = tied > 0;
        double all = First + Second;
        Deviation = all < 2 ? 0 : Math.Sqrt((double)First * Second / 12 * (all + 1 - tied / (all * (all - 1))));
    }

    public int First { get; }

    public int Second { get; }

    /// <summary>Pairs with x above y, a tie counting half.</summary>
    public double Pairs { get; }

    public bool HasTies { get; }

    /// <summary>Expectation of <see cref="Pairs"/> without a difference.</summary>
    public double Middle => (double)First * Second / 2;

    /// <summary>Its standard deviation without a difference, corrected for ties; 0 when all values are the same.</summary>
    public double Deviation { get; }
}
