using MathNet.Numerics;

namespace Canary.Statistics;

/// <summary>Evidence that a sum with a given variance drifts upwards: the mixture of exponential bets over a half-normal law.</summary>
/// <param name="Precision">Adds to the variance; greater than 0. Small bets early.</param>
/// <remarks>Source: S. R. Howard et al., "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49 (2021), proposition 6. Checked against their program.</remarks>
internal readonly record struct OneSidedNormalMixture(double Precision)
{
    // beyond that the cumulative normal is its asymptotic series to all digits
    private const double Far = -25;

    /// <summary>The mixture whose boundary at a level is tightest at a variance.</summary>
    public static OneSidedNormalMixture TightestAt(double variance, double errorProbability)
    {
        var nats = -2 * Math.Log(2 * errorProbability);
        return new(variance / (nats + LogSpace.LogOnePlus(nats)));
    }

    /// <summary>Natural logarithm of the evidence.</summary>
    /// <param name="sum">The sum; finite.</param>
    /// <param name="variance">Its variance so far; finite, 0 or more.</param>
    public double LogEvidence(double sum, double variance)
    {
        var total = variance + Precision;
        return 0.5 * Math.Log(4 * Precision / total) + LogScaledCumulative(sum / Math.Sqrt(total));
    }

    /// <summary>z^2 / 2 + ln of the cumulative normal at z, without the cancellation of the two.</summary>
    internal static double LogScaledCumulative(double z)
    {
        if (z > -Far)
        {
            return z * z / 2;
        }

        if (z >= Far)
        {
            return z * z / 2 + Math.Log(SpecialFunctions.Erfc(-z / Math.Sqrt(2)) / 2);
        }

        var inverse = 1 / (z * z);
        var series = 1 - inverse * (1 - 3 * inverse * (1 - 5 * inverse * (1 - 7 * inverse * (1 - 9 * inverse))));
        return Math.Log(series / (-z * Math.Sqrt(2 * Math.PI)));
    }
}
