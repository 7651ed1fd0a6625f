using System.Text.Json.Nodes;
using Canary.Core;

namespace Canary.Kubernetes.Traffic;

/// <summary>The destinations between which a rollout moves traffic: one Service, two subsets, and a third with a baseline. Immutable.</summary>
/// <param name="Namespace">The namespace of the Service, the VirtualServices and the DestinationRule.</param>
/// <param name="Service">The Service's name.</param>
/// <param name="StableSubset">The subset of the stable revision.</param>
/// <param name="CandidateSubset">The subset of the candidate.</param>
/// <param name="ClusterDomain">What ends every host name of the cluster.</param>
internal sealed record IstioArms(
    string Namespace, string Service, string StableSubset, string CandidateSubset, string ClusterDomain = IstioArms.DefaultClusterDomain)
{
    /// <summary>The cluster domain that nearly every cluster has.</summary>
    public const string DefaultClusterDomain = "cluster.local";

    /// <summary>The subset of a fresh baseline; null while it is not managed.</summary>
    public string? BaselineSubset { get; init; }

    /// <summary>The subsets: stable, candidate, and the baseline's when it is managed.</summary>
    public IEnumerable<string> Subsets => BaselineSubset is null ? [StableSubset, CandidateSubset] : [StableSubset, CandidateSubset, BaselineSubset];

    /// <summary>The Service's full host name.</summary>
    public string Host => $"{Service}.{Namespace}.svc.{ClusterDomain}";

    /// <summary>Completes a host as Istio does: only a name without any dot.</summary>
    /// <remarks>Source: istio <c>ResolveShortnameToFQDN</c>.</remarks>
    public string Resolve(string host) => host.Contains('.', StringComparison.Ordinal) || host == "*" ? host : $"{host}.{Namespace}.svc.{ClusterDomain}";

    /// <summary>Whether a host, once completed, is the Service.</summary>
    public bool IsService(string? host) => host is not null && (host == Service || host == Host);

    /// <summary>Whether a host was meant to be the Service, but Istio takes it literally, because a dot stops the completion.</summary>
    public bool IsHalfName(string? host) => host == $"{Service}.{Namespace}" || host == $"{Service}.{Namespace}.svc";

    /// <summary>Whether a subset is one of those.</summary>
    public bool IsArm(string? subset) => subset is not null && (subset == StableSubset || subset == CandidateSubset || subset == BaselineSubset);

    /// <summary>The subset that a route's destination names, if it is one of the Service.</summary>
    /// <returns>The subset; null when the destination is another Service or names none.</returns>
    public string? SubsetOf(JsonObject routeDestination) =>
        routeDestination.Field("destination") is { } destination && IsService(destination.Field("host").Text()) ? destination.Field("subset").Text() : null;
}

/// <summary>What becomes of a third destination for a fresh baseline.</summary>
internal enum BaselineRole
{
    /// <summary>It is the owner's own and left alone.</summary>
    None,

    /// <summary>It was managed before: where a route still names it, it is.</summary>
    Kept,

    /// <summary>Every managed route has to name it.</summary>
    Required,
}

/// <summary>Whose traffic is read and moved, and where. Immutable.</summary>
/// <param name="Spec">The objects and subsets that the Rollout names.</param>
/// <param name="Namespace">The Rollout's namespace.</param>
/// <param name="Service">The Service that clients call.</param>
/// <param name="ClusterDomain">What ends every host name of the cluster.</param>
internal sealed record IstioTarget(TrafficSpec Spec, string Namespace, string Service, string ClusterDomain = IstioArms.DefaultClusterDomain)
{
    /// <summary>Whether there is a third destination for a fresh baseline.</summary>
    public BaselineRole Baseline { get; init; }

    /// <summary>The destinations.</summary>
    public IstioArms Arms => new(Namespace, Service, Spec.StableSubset, Spec.CandidateSubset, ClusterDomain)
    {
        BaselineSubset = Baseline == BaselineRole.None ? null : Spec.BaselineSubset,
    };
}

/// <summary>The objects of the cluster, as the caches hold them. They are read, never changed.</summary>
internal sealed record IstioObjects
{
    /// <summary>Finds a VirtualService of the namespace by its name; null when it does not exist.</summary>
    public required Func<string, JsonObject?> VirtualService { get; init; }

    /// <summary>The DestinationRule that the Rollout names; null when it does not exist.</summary>
    public JsonObject? DestinationRule { get; init; }

    /// <summary>The Service; null when it does not exist.</summary>
    public JsonObject? Service { get; init; }

    /// <summary>Every VirtualService of the namespace that is known, any order; empty skips the checks between them.</summary>
    public IReadOnlyList<JsonObject> VirtualServices { get; init; } = [];

    /// <summary>Every DestinationRule of the namespace that is known, any order; empty skips the checks between them.</summary>
    public IReadOnlyList<JsonObject> DestinationRules { get; init; } = [];

    /// <summary>What the Rollout's status recorded as found; null before adoption.
    /// Decides which route is meant when a second one has become possible.</summary>
    public string? Recorded { get; init; }
}

/// <summary>The Rollout that owns what is created for it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
internal sealed record RolloutOwner(string Name, string Uid);
