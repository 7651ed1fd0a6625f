namespace Canary.Statistics;

/// <summary>A confidence interval for how much higher one series is than another.</summary>
/// <param name="Lower">Lower end, in the unit of the series; negative infinity when the direction or too few points leave it open.</param>
/// <param name="Upper">Upper end, in the unit of the series; infinity when the direction or too few points leave it open.</param>
/// <param name="IsExact">Whether it rests on the exact distribution of ranks rather than on its normal approximation.</param>
public readonly record struct ShiftInterval(double Lower, double Upper, bool IsExact);
