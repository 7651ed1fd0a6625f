using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Kubernetes.Api;

/// <summary>How the engine calls the Kubernetes API. Configuration section <c>Kubernetes:Api</c>.</summary>
public sealed class KubernetesApiOptions : IValidatableObject
{
    /// <summary>Longest time one attempt of a call may take. 10 ms to 5 min; 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time a call may take with all its attempts and pauses. 10 ms to 10 min, at least <see cref="AttemptTimeout"/>; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time one page of a list may take; lists are large. The whole page with its attempts gets twice as much. 10 ms to 10 min; 60 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for the response headers of a watch. 10 ms to 10 min; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan WatchResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts per call, the first included. 1 to 10; 4 by default.</summary>
    [Range(1, 10)]
    public int Attempts { get; init; } = 4;

    /// <summary>Pause before the second attempt; it doubles each time, with jitter. 1 ms to 10 s; 200 ms by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Requests under way at once, watches not counted. 1 to 1000; 32 by default.</summary>
    [Range(1, 1000)]
    public int MaxConcurrentRequests { get; init; } = 32;

    /// <summary>Objects per page of a list. 1 to 10000; 500 by default.</summary>
    [Range(1, 10000)]
    public int PageSize { get; init; } = 500;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TotalTimeout < AttemptTimeout)
        {
            yield return new ValidationResult(
                $"TotalTimeout is {TotalTimeout}; it must be at least AttemptTimeout, {AttemptTimeout}",
                [nameof(TotalTimeout)]);
        }
    }
}

/// <summary>Checks <see cref="KubernetesApiOptions"/> when the process starts.</summary>
[OptionsValidator]
public sealed partial class KubernetesApiOptionsValidator : IValidateOptions<KubernetesApiOptions>;
