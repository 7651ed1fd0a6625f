using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Kubernetes.Leadership;

/// <summary>How replicas of the engine share the rollouts.</summary>
public sealed class LeaderElectionOptions : IValidatableObject
{
    /// <summary>The most shards that there may be.</summary>
    public const int MaxShards = 64;

    internal const string NamePattern = "^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$";

    /// <summary>Namespace of the Leases. Required.</summary>
    [Required]
    public string Namespace { get; init; } = "";

    /// <summary>Name of the election, and of the Lease that says how many shards there are; those of shards and replicas begin with it. A name of a label's value, at most 40 characters.
    /// Required; <c>canary</c> by default.</summary>
    [Required]
    [RegularExpression(NamePattern)]
    public string Name { get; init; } = "canary";

    /// <summary>Who this replica is, for people who read the Lease, such as the pod's name. Each process adds a suffix of its own, since two of one name must not both lead. Required.</summary>
    [Required]
    public string Identity { get; init; } = "";

    /// <summary>How long others leave a silent leader alone. 1 s to 10 min, whole seconds; 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A leader that has not renewed for this long no longer leads. Less than <see cref="LeaseDuration"/>; 7 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Pause between rounds, in which a replica looks at all Leases and renews its own; up to a fifth is added by chance. Less than <see cref="RenewDeadline"/> / 1.2; 1.5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How many shards the rollouts are spread over; each is led by one replica. 1 to 64; 1 by default.</summary>
    [Range(1, MaxShards)]
    public int Shards { get; init; } = 1;

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
