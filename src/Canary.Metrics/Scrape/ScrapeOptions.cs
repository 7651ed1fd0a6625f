using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Metrics.Scrape;

/// <summary>How pods are read.</summary>
public sealed class ScrapeOptions
{
    /// <summary>The section of the configuration: <c>Scrape</c>.</summary>
    public const string Section = "Scrape";

    /// <summary>How long one pod may take for everything: connecting, answering, a second attempt. In [50 ms, 1 min]. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0500000", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Requests under way at once within one round, in [1, 1024]. Default 32.</summary>
    [Range(1, 1024)]
    public int MaxConcurrentPerRound { get; init; } = 32;

    /// <summary>Requests under way at once in all rounds together, in [1, 4096]. Default 128.</summary>
    [Range(1, 4096)]
    public int MaxConcurrent { get; init; } = 128;

    /// <summary>The longest answer of one pod in bytes, decompressed, in [1 KiB, 1 GiB]. Default 16 MiB.</summary>
    [Range(1024, 1L << 30)]
    public long MaxResponseBytes { get; init; } = 16L << 20;
}

/// <summary>Refuses options out of their range when the process starts.</summary>
[OptionsValidator]
public sealed partial class ScrapeOptionsValidator : IValidateOptions<ScrapeOptions>;
