using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Kubernetes.Watching;

/// <summary>How caches follow the cluster. Configuration section <c>Kubernetes:Watching</c>.</summary>
public sealed class ListWatchOptions : IValidatableObject
{
    /// <summary>After this time, and up to a quarter more at random, the server closes a watch, which is then resumed. 1 s to 1 h; 4 min by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>A watch that has been silent for its timeout and this long is taken for dead. 1 s to 10 min; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan WatchGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause after the first failure; it doubles with each further one. 1 ms to 30 s; 200 ms by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause, jitter and the server's own wish included. 1 ms to 30 s; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A watch that ends without an event sooner than this counts as a failure, so that it cannot spin. 0 to 1 min; 1 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ShortWatch { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After this time, when a watch ends next, the cache lists again although nothing failed: it bounds how long an event that was never delivered goes unnoticed.
    /// 1 s to 1 day; 30 min by default, and up to a quarter more at random.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RelistInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>After this many failures in a row the cache lists again instead of resuming. 1 to 100; 5 by default.</summary>
    [Range(1, 100)]
    public int RelistAfterFailures { get; init; } = 5;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxBackoff < InitialBackoff)
        {
            yield return new ValidationResult($"MaxBackoff is {MaxBackoff}; it must be at least InitialBackoff, {InitialBackoff}", [nameof(MaxBackoff)]);
        }
    }
}

/// <summary>Checks <see cref="ListWatchOptions"/> when the process starts.</summary>
[OptionsValidator]
public sealed partial class ListWatchOptionsValidator : IValidateOptions<ListWatchOptions>;
