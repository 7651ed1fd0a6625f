namespace Canary.Statistics;

/// <summary>A latency test after one block, and what the block did.</summary>
/// <param name="State">The next state.</param>
/// <param name="Outcome">What happened.</param>
public readonly record struct LatencyAdvance(LatencyTestState State, LatencyOutcome Outcome);
