using Canary.Kubernetes.Api;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Documents;

/// <summary>Whether the engine lives, as its Leases tell.</summary>
public static class EngineSight
{
    /// <summary>Where the engine's Leases are, unless it was told otherwise.</summary>
    public const string Namespace = "canary-system";

    /// <summary>Looks for the Lease that was renewed last.</summary>
    /// <param name="api">The API.</param>
    /// <param name="time">The clock; the cluster's may differ.</param>
    /// <param name="cancellation">Cancels the look.</param>
    /// <returns>One sentence for a person; it never fails.</returns>
    public static async Task<string> DescribeAsync(KubernetesApi api, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            var leases = await api.ListAsync(ResourceKind.Leases, Namespace, null, cancellation).ConfigureAwait(false);
            var newest = leases.Items
                .Select(lease => (Name: lease.NameOf(), Holder: lease.At("spec", "holderIdentity").AsText(), Renewed: lease.At("spec", "renewTime").AsTime()))
                .Where(lease => lease.Renewed is not null)
                .OrderByDescending(lease => lease.Renewed)
                .FirstOrDefault();
            return newest switch
            {
                { Renewed: null } => $"there is no Lease in namespace {Namespace}: the engine has never run there, or runs without leader election",
                { Holder: null } => $"nobody holds the Lease {Namespace}/{newest.Name}: no engine leads",
                _ => FormattableString.Invariant($"the Lease {Namespace}/{newest.Name} is held by {newest.Holder} and was renewed {Math.Max(0, (time.GetUtcNow() - newest.Renewed.Value).TotalSeconds):0} s ago; more than 15 s means that no engine leads"),
            };
        }
        catch (KubernetesApiException unknown)
        {
            return $"its Leases cannot be read: {unknown.Message}";
        }
    }
}
