using System.ComponentModel.DataAnnotations;

namespace Canary.Kubernetes.Leadership;

/// <summary>How several replicas share the work. Configuration section <c>Kubernetes:Leadership</c>.</summary>
public sealed class LeadershipOptions
{
    /// <summary>
    /// How many shards the Rollouts are spread over; each shard is led by one replica, so that up to this many replicas work. The same for all replicas. 1 to 64; 1 by default: one replica
    /// works and the others stand by.
    /// </summary>
    [Range(1, LeaderElectionOptions.MaxShards, ErrorMessage = "Kubernetes:Leadership:Shards must be 1 to 64")]
    public int Shards { get; init; } = 1;
}
