namespace Canary.Benchmarks.Evaluation.Sampling;

/// <summary>Logarithms of factorials.</summary>
internal static class Factorials
{
    private static readonly double[] Small = Sums(256);

    /// <summary>ln(k!) of a whole number of at least 0, to 1e-14 of it.</summary>
    public static double Log(double k)
    {
        if (k < Small.Length)
        {
            return Small[(int)k];
        }

        // Stirling's series; the first term left out is below 1 / (1680 * 256^7)
        var (x, square) = (k + 1, 1 / ((k + 1) * (k + 1)));
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + (1.0 / 12 - (1.0 / 360 - square / 1260) * square) / x;
    }

    private static double[] Sums(int count)
    {
        var sums = new double[count];
        for (var k = 2; k < count; k++)
        {
            sums[k] = sums[k - 1] + Math.Log(k);
        }

        return sums;
    }
}
