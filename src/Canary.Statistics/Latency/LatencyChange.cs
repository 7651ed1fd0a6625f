namespace Canary.Statistics;

/// <summary>In which way a latency distribution is thought to have become slower.</summary>
public enum LatencyChange
{
    /// <summary>Every latency is multiplied by the same factor.</summary>
    Scale,

    /// <summary>Latencies above a quantile are stretched, the farther out the more.</summary>
    Stretch,

    /// <summary>A share of all requests is moved above a quantile.</summary>
    Contamination,

    /// <summary>A share of all requests takes longer by the same time.</summary>
    Delay,
}
