namespace Canary.Statistics;

/// <summary>Which ways of being slower a latency test looks for. Either keeps the guarantee; they differ in what is found sooner.</summary>
public enum LatencySearch
{
    /// <summary>Changes of scale, stretches above p50, p90 and p97, and shares of requests moved above p90 and p99, each kind with equal weights.</summary>
    Specified,

    /// <summary>Also stretches above p95 and requests delayed by a time, with weights where regressions were found: some 10 % sooner in the median, and up to twice as soon for added delays.</summary>
    Broad,
}
