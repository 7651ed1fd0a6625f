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
        var means = new double[values.Length];
        var masses = new double[values.Length];
        var ends = new int[values.Length];
        var pools = 0;
        for (var i = 0; i < values.Length; i++)
        {
            means[pools] = values[i];
            masses[pools] = weights[i];
            ends[pools] = i + 1;
            pools++;
            while (pools > 1 && means[pools - 2] >= means[pools - 1])
            {
                var mass = masses[pools - 2] + masses[pools - 1];
                means[pools - 2] = (means[pools - 2] * masses[pools - 2] + means[pools - 1] * masses[pools - 1]) / mass;
                masses[pools - 2] = mass;
                ends[pools - 2] = ends[pools - 1];
                pools--;
            }
        }

        var fit = new double[values.Length];
        for (int pool = 0, i = 0; pool < pools; pool++)
        {
            for (; i < ends[pool]; i++)
            {
                fit[i] = means[pool];
            }
        }

        return fit;
    }
}
