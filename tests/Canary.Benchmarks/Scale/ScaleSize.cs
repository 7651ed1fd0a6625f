namespace Canary.Benchmarks.Scale;

/// <summary>How large a cluster is, and whose API server it has.</summary>
/// <param name="Rollouts">Rollouts, each with its workload; at least 1.</param>
/// <param name="Replicas">Pods of each; at least 1.</param>
/// <param name="Real">Whether it is a real control plane; otherwise the sandbox's.</param>
internal sealed record ScaleSize(int Rollouts, int Replicas, bool Real)
{
    /// <summary>In words.</summary>
    public string Server => Real
        ? "etcd (without fsync), kube-apiserver and kube-controller-manager 1.20, each a process on the same machine; the API server has its usual limits of 400 and 200 requests in flight"
        : "the sandbox's API server and controllers, in the benchmark's own process";
}
