namespace Canary.Statistics;

/// <summary>The alternative of a latency test that explains the data best.</summary>
/// <param name="Alternative">The alternative.</param>
/// <param name="Share">Its share of the evidence, in [0, 1]; near 1 when no other alternative comes close.</param>
public readonly record struct DominantLatency(LatencyAlternative Alternative, double Share);
