namespace Canary.Statistics;

/// <summary>The alternative of a latency test that describes the difference between the arms best.</summary>
/// <param name="Alternative">The alternative.</param>
/// <param name="Share">Its share of the likelihood of all alternatives, in [0, 1]; near 1 when no other alternative comes close.</param>
public readonly record struct DominantLatency(LatencyAlternative Alternative, double Share);
