namespace Canary.Statistics;

/// <summary>How much more than by chance the errors of equal pods differ.</summary>
/// <param name="Raw">Measured variance of the splits over that of independent requests, at least 1.</param>
/// <param name="Information">Bad requests times the variance of their split: how many that measurement stands on.</param>
/// <param name="Seconds">Time that was measured.</param>
/// <remarks>Immutable.</remarks>
public readonly record struct DispersionEstimate(double Raw, double Information, double Seconds)
{
    /// <summary>Whether enough was seen, long enough, to rely on it: <see cref="StatisticsDefaults.DispersionInformation"/> and <see cref="StatisticsDefaults.DispersionSeconds"/>.</summary>
    public bool IsReliable => Information >= StatisticsDefaults.DispersionInformation && Seconds >= StatisticsDefaults.DispersionSeconds;

    /// <summary>The dispersion to give to tests, at least 1: 1 up to <see cref="StatisticsDefaults.HarmlessDispersion"/>, else <see cref="StatisticsDefaults.DispersionSafety"/> times what was measured; null when it is not reliable.</summary>
    public double? Factor => !IsReliable ? null : Raw <= StatisticsDefaults.HarmlessDispersion ? 1 : StatisticsDefaults.DispersionSafety * Raw;

    /// <summary>The dispersion to give to tests from all that is known.</summary>
    /// <param name="measured">A measurement, reliable or not; null without one.</param>
    /// <param name="retriesPerRequest">How often clients retry a failed request at most; 0 or more. A request and its retries fail together, which is exact.</param>
    /// <returns>The larger of the measured factor and retries + 1; at least 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="retriesPerRequest"/> is negative.</exception>
    public static double Choose(DispersionEstimate? measured, int retriesPerRequest = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retriesPerRequest);
        return Math.Max(measured?.Factor ?? StatisticsDefaults.Dispersion, retriesPerRequest + 1.0);
    }
}
