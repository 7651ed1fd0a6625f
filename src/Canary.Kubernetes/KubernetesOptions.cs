using System.ComponentModel.DataAnnotations;
using Canary.Kubernetes.Leadership;
using Microsoft.Extensions.Options;

namespace Canary.Kubernetes;

/// <summary>Which cluster, which part of it, and who leads. Configuration section <c>Kubernetes</c>.</summary>
public sealed class KubernetesOptions
{
    /// <summary>Path of a kubeconfig file; null takes the usual places, and the service account within a cluster. Null by default.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context of the kubeconfig file; null takes its current one. Null by default.</summary>
    public string? Context { get; init; }

    /// <summary>The namespace whose Rollouts are worked on; null for all. Null by default.</summary>
    [RegularExpression("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", ErrorMessage = "Kubernetes:Namespace is no name of a namespace; leave it out to work on all")]
    public string? Namespace { get; init; }

    /// <summary>What ends every host name of the cluster. <c>cluster.local</c> by default.</summary>
    [Required]
    [RegularExpression("^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", ErrorMessage = "Kubernetes:ClusterDomain is no domain, such as cluster.local")]
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Whether replicas agree by Leases on who leads what. False only where there is certainly one process, as in a demonstration. True by default.</summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>Namespace of the Leases. <c>canary-system</c> by default.</summary>
    [Required]
    public string LeaseNamespace { get; init; } = "canary-system";

    /// <summary>Name of the Lease that says how many shards there are; those of shards and replicas begin with it. At most 40 characters; <c>canary</c> by default.</summary>
    [Required]
    [RegularExpression(LeaderElectionOptions.NamePattern, ErrorMessage = "Kubernetes:LeaseName is no name of a Lease, such as canary")]
    public string LeaseName { get; init; } = "canary";

    /// <summary>How several replicas share the work.</summary>
    [ValidateObjectMembers]
    public LeadershipOptions Leadership { get; init; } = new();

    /// <summary>Who this replica is, in the Lease and in Events, such as the pod's name. The machine's name by default.</summary>
    [Required]
    [MaxLength(100)]
    public string Identity { get; init; } = Environment.MachineName;

    /// <summary>How long others leave a silent leader alone. 1 s to 10 min, whole seconds; 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A leader that has not renewed for this long no longer leads. Less than <see cref="LeaseDuration"/>; 7 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Pause between rounds, in which a replica looks at all Leases and renews its own; up to a fifth is added by chance. Less than <see cref="RenewDeadline"/> / 1.2; 1.5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(1.5);
}

/// <summary>Checks <see cref="KubernetesOptions"/> when the process starts.</summary>
[OptionsValidator]
public sealed partial class KubernetesOptionsValidator : IValidateOptions<KubernetesOptions>;
