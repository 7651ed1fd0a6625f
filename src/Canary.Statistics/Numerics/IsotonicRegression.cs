namespace Canary.Statistics;

/// <summary>The nondecreasing sequence nearest to given values in weighted least squares.</summary>
internal static class IsotonicRegression
{
    /// <summary>Pool-adjacent-violators; O(n).</summary>
    /// <param name="values">Values in order.</param>
    /// <param name="weights">As many weights, greater than 0.</param>
    /// <returns>As many values, nondecreasing.</returns>
    /// <remarks>Source: R. E. Barlow et al., "Statistical inference under order restrictions" (1972). Checked against R's isoreg.</remarks>
    public static double[] Fit(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        var fit = values.ToArray();
        FitInPlace(fit, weights);
        return fit;
    }

    /// <summary>The same, written over the values.</summary>
    public static void FitInPlace(Span<double> values, ReadOnlySpan<double> weights)
    {
        Span<double> masses = values.Length <= 256 ? stackalloc double[values.Length] : new double[values.Length];
        Span<int> ends = values.Length <= 256 ? stackalloc int[values.Length] : new int[values.Length];

        // pools gather at the front: there are never more of them than values seen
        var pools = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[pools] = values[i];
            masses[pools] = weights[i];
            ends[pools] = i + 1;
            pools++;
            while (pools > 1 && values[pools - 2] >= values[pools - 1])
            {
                var mass = masses[pools - 2] + masses[pools - 1];
                values[pools - 2] = (values[pools - 2] * masses[pools - 2] + values[pools - 1] * masses[pools - 1]) / mass;
                masses[pools - 2] = mass;
                ends[pools - 2] = ends[pools - 1];
                pools--;
            }
        }

        // spread from the back: a pool's values never lie before its own mean
        for (var pool = pools - 1; pool >= 0; pool--)
        {
            values[(pool == 0 ? 0 : ends[pool - 1])..ends[pool]].Fill(values[pool]);
        }
    }
}
