using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Kubernetes.Leadership;

/// <summary>How replicas of the engine agree on one leader. Configuration section <c>Kubernetes:Leadership</c>.</summary>
public sealed class LeaderElectionOptions : IValidatableObject
{
    /// <summary>Namespace of the Lease. Required.</summary>
    [Required]
    public string Namespace { get; init; } = "";

    /// <summary>Name of the Lease. Required; <c>canary</c> by default.</summary>
    [Required]
    public string Name { get; init; } = "canary";

    /// <summary>Who this replica is, for people who read the Lease, such as the pod's name. Each elector adds a suffix of its own, since two of one name must not both lead. Required.</summary>
    [Required]
    public string Identity { get; init; } = "";

    /// <summary>How long others leave a silent leader alone. 1 s to 10 min, whole seconds; 15 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that has not renewed for this long no longer leads. Less than <see cref="LeaseDuration"/>; 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between attempts to get or renew the Lease. Less than <see cref="RenewDeadline"/> / 1.2; 2 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return new ValidationResult($"LeaseDuration is {LeaseDuration}; a Lease holds whole seconds", [nameof(LeaseDuration)]);
        }

        if (RenewDeadline >= LeaseDuration)
        {
            yield return new ValidationResult(
                $"RenewDeadline is {RenewDeadline}; it must be less than LeaseDuration, {LeaseDuration}, or two replicas could lead", [nameof(RenewDeadline)]);
        }

        if (RetryPeriod * 1.2 >= RenewDeadline)
        {
            yield return new ValidationResult(
                $"RetryPeriod is {RetryPeriod}; 1.2 times it must be less than RenewDeadline, {RenewDeadline}", [nameof(RetryPeriod)]);
        }
    }
}

/// <summary>Checks <see cref="LeaderElectionOptions"/> when the process starts.</summary>
[OptionsValidator]
public sealed partial class LeaderElectionOptionsValidator : IValidateOptions<LeaderElectionOptions>;
