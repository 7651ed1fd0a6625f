using System.ComponentModel.DataAnnotations;

namespace Canary.Sandbox.Load;

/// <summary>How much load there is, and of what shape.</summary>
internal sealed class LoadOptions
{
    /// <summary>The services under load.</summary>
    public IReadOnlyList<LoadTarget> Targets { get; init; } = [];

    /// <summary>Seed of the arrivals.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Share of requests that come in bursts, in [0, 1). 0.1 by default.</summary>
    [Range(0.0, 0.99)]
    public double BurstShare { get; init; } = 0.1;

    /// <summary>Mean number of requests in a burst, at least 1. 8 by default.</summary>
    [Range(1.0, 1000.0)]
    public double MeanBurst { get; init; } = 8;

    /// <summary>Requests under way at once; those beyond it are counted as dropped. 1 to 10 000; 128 by default.</summary>
    [Range(1, 10_000)]
    public int MaxInFlight { get; init; } = 128;

    /// <summary>Arrivals are sent in batches this far apart, so that timers cost little. 1 ms to 1 s; 5 ms by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:01")]
    public TimeSpan Batch { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest wait for an answer. 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
