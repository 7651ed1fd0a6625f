namespace Canary.Statistics;

/// <summary>What a block did to a latency test.</summary>
public enum LatencyOutcome
{
    /// <summary>The baseline's part was added to the reference; there is no evidence yet.</summary>
    Collected,

    /// <summary>The reference is complete; the next block is the first to count as evidence.</summary>
    Started,

    /// <summary>The evidence was moved on.</summary>
    Advanced,

    /// <summary>An arm had no requests; the evidence is as before.</summary>
    NoInformation,

    /// <summary>The block has other buckets than the test; nothing was taken from it. Only a new test, with its own share of the budget, can go on.</summary>
    LayoutChanged,
}
