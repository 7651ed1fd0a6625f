namespace Canary.Testing;

/// <summary>How a revision answers: a share of failures, and lognormal response times.</summary>
/// <param name="ErrorRatio">The chance that a request fails, in [0, 1].</param>
/// <param name="MedianMs">Half of the requests are faster, in milliseconds.</param>
/// <param name="Spread">The standard deviation of the logarithm; p99 is the median times e^(2.326 x spread).</param>
public sealed record SimulatedBehaviour(double ErrorRatio, double MedianMs, double Spread)
{
    /// <summary>One failure in a thousand; p50 20 ms, p99 102 ms.</summary>
    public static SimulatedBehaviour Good { get; } = new(0.001, 20, 0.7);

    /// <summary>Five failures in a hundred.</summary>
    public static SimulatedBehaviour Errors { get; } = Good with { ErrorRatio = 0.05 };

    /// <summary>The same p50, and p99 doubled.</summary>
    public static SimulatedBehaviour Slow { get; } = Good with { Spread = 0.998 };

    /// <summary>The chances that a request is at most as slow as each bound; the last is 1.</summary>
    public double[] Cumulative(IEnumerable<double> boundsMs) =>
        [.. boundsMs.Select(bound => double.IsPositiveInfinity(bound) ? 1 : Normal(Math.Log(bound / MedianMs) / Spread))];

    /// <summary>The normal distribution function, by its series around 0 (M. Kendall): exact to the last digits for the arguments used here.</summary>
    private static double Normal(double z)
    {
        if (Math.Abs(z) > 8)
        {
            return z > 0 ? 1 : 0;
        }

        var (term, sum) = (z, z);
        for (var i = 3; Math.Abs(term) > 1e-17; i += 2)
        {
            term *= z * z / i;
            sum += term;
        }

        return 0.5 + sum * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
    }
}
