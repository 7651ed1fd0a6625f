namespace Canary.Core.Analysis;

/// <summary>What a verdict on one metric depends on beside its own evidence.</summary>
/// <param name="LogAccepted">Evidence from which on the metric is accepted, as a natural logarithm.</param>
/// <param name="LogThreshold">Evidence with which this metric alone would roll the candidate back, as a natural logarithm.</param>
/// <param name="Ended">Whether there is nobody left to compare with: then it is enough that a bound was reached before and the evidence has not turned since.</param>
/// <param name="SecondsLeft">Time until the step ends without proof, at least 0; null when it has no such time.</param>
internal sealed record Circumstances(double LogAccepted, double LogThreshold, bool Ended, double? SecondsLeft);
