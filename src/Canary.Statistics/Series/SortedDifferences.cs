namespace Canary.Statistics;

/// <summary>All differences x - y of two sorted samples in order, without making them: there may be many millions.</summary>
internal readonly struct SortedDifferences(double[] x, double[] y)
{
    public long Count => (long)x.Length * y.Length;

    /// <summary>The difference at a place in the order, counted from 1; exact.</summary>
    public double this[long place]
    {
        get
        {
            // numbers in the order of their bits: bisection ends at the very difference that is looked for
            var (low, high) = (Order(x[0] - y[^1]), Order(x[^1] - y[0]));
            while (low < high)
            {
                var middle = low + (high - low >>> 1);
                if (AtMost(Number(middle)) >= place)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            return Number(low);
        }
    }

    private long AtMost(double limit)
    {
        var count = 0L;
        var j = y.Length;
        foreach (var value in x)
        {
            // the larger x is, the more of the largest y drop out
            while (j > 0 && value - y[y.Length - j] > limit)
            {
                j--;
            }

            count += j;
        }

        return count;
    }

    private static long Order(double number)
    {
        // -0 and 0 are one number
        var bits = BitConverter.DoubleToInt64Bits(number == 0 ? 0.0 : number);
        return bits < 0 ? long.MinValue - bits : bits;
    }

    private static double Number(long order) => BitConverter.Int64BitsToDouble(order < 0 ? long.MinValue - order : order);
}
