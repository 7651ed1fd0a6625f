namespace Canary.Benchmarks.Evaluation.Sampling;

/// <summary>How many marked ones are among some that are taken at random from a fixed pool, without putting back: exact draws.</summary>
/// <remarks>By inversion from the likeliest count outwards, which takes about as many terms as the standard deviation. Checked in SamplingTests. Thread-safe.</remarks>
internal static class HypergeometricLaw
{
    /// <param name="chance">Where numbers come from.</param>
    /// <param name="pool">All, a count.</param>
    /// <param name="marked">Those that are marked, a count in [0, <paramref name="pool"/>].</param>
    /// <param name="taken">Those that are taken, a count in [0, <paramref name="pool"/>].</param>
    public static double Draw(Chance chance, double pool, double marked, double taken)
    {
        var (least, most) = (Math.Max(0, taken + marked - pool), Math.Min(marked, taken));
        if (least >= most)
        {
            return least;
        }

        var mode = Math.Clamp(Math.Floor((taken + 1) * (marked + 1) / (pool + 2)), least, most);
        var height = Math.Exp(LogChoices(marked, mode) + LogChoices(pool - marked, taken - mode) - LogChoices(pool, taken));
        while (true)
        {
            var unit = chance.Unit() - height;
            if (unit < 0)
            {
                return mode;
            }

            var (low, high, lowTerm, highTerm) = (mode, mode, height, height);
            while (low > least || high < most)
            {
                if (low > least)
                {
                    lowTerm *= low * (pool - marked - taken + low) / ((marked - low + 1) * (taken - low + 1));
                    low--;
                    if ((unit -= lowTerm) < 0)
                    {
                        return low;
                    }
                }

                if (high < most)
                {
                    highTerm *= (marked - high) * (taken - high) / ((high + 1) * (pool - marked - taken + high + 1));
                    high++;
                    if ((unit -= highTerm) < 0)
                    {
                        return high;
                    }
                }
            }

            // the terms add up to 1 but for rounding: the number that fell into the gap is drawn again
        }
    }

    /// <summary>Takes some from a pool of several kinds.</summary>
    /// <param name="chance">Where numbers come from.</param>
    /// <param name="pool">How many there are of each kind.</param>
    /// <param name="taken">How many are taken.</param>
    /// <param name="counts">Receives how many of each kind were taken.</param>
    public static void Split(Chance chance, ReadOnlySpan<double> pool, double taken, Span<double> counts)
    {
        var left = 0.0;
        foreach (var kind in pool)
        {
            left += kind;
        }

        for (var kind = 0; kind < pool.Length; kind++)
        {
            counts[kind] = Draw(chance, left, pool[kind], taken);
            taken -= counts[kind];
            left -= pool[kind];
        }
    }

    private static double LogChoices(double of, double taken) => Factorials.Log(of) - Factorials.Log(taken) - Factorials.Log(of - taken);
}
