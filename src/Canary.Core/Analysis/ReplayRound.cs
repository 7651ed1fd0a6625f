namespace Canary.Core.Analysis;

/// <summary>One round of readings with what the rollout was doing at that moment.</summary>
/// <param name="Measurement">The readings.</param>
/// <param name="Exposure">Since when the candidate got requests, and how many.</param>
public sealed record ReplayRound(Measurement Measurement, Exposure Exposure);
