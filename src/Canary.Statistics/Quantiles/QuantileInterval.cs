namespace Canary.Statistics;

/// <summary>Where a quantile lies: above <paramref name="Lower"/> and not above <paramref name="Upper"/>.</summary>
/// <param name="Lower">A bound of the histogram; 0 when nothing is known below.</param>
/// <param name="Upper">A bound of the histogram; infinity when nothing is known above.</param>
/// <remarks>As coarse as the histogram: the quantile is only known to a bucket.</remarks>
public readonly record struct QuantileInterval(double Lower, double Upper);
