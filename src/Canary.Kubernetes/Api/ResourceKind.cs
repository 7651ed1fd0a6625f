using System.Text;

namespace Canary.Kubernetes.Api;

/// <summary>Where the objects of one kind live in the Kubernetes REST API. Immutable.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Version within the group, such as <c>v1</c>.</param>
/// <param name="Plural">Plural resource name in lower case, as it stands in paths.</param>
/// <param name="Kind">Kind as written in manifests.</param>
/// <param name="Namespaced">Whether objects of this kind live in a namespace.</param>
public sealed record ResourceKind(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    /// <summary>Deployments of <c>apps/v1</c>.</summary>
    public static readonly ResourceKind Deployments = new("apps", "v1", "deployments", "Deployment", true);

    /// <summary>ReplicaSets of <c>apps/v1</c>.</summary>
    public static readonly ResourceKind ReplicaSets = new("apps", "v1", "replicasets", "ReplicaSet", true);

    /// <summary>Pods of the core group.</summary>
    public static readonly ResourceKind Pods = new("", "v1", "pods", "Pod", true);

    /// <summary>Services of the core group.</summary>
    public static readonly ResourceKind Services = new("", "v1", "services", "Service", true);

    /// <summary>Events of the core group (the kind that <c>kubectl describe</c> shows).</summary>
    public static readonly ResourceKind Events = new("", "v1", "events", "Event", true);

    /// <summary>Leases of <c>coordination.k8s.io/v1</c>.</summary>
    public static readonly ResourceKind Leases = new("coordination.k8s.io", "v1", "leases", "Lease", true);

    /// <summary>Rollouts of <c>canary.dev/v1alpha1</c>.</summary>
    public static readonly ResourceKind Rollouts = new("canary.dev", "v1alpha1", "rollouts", "Rollout", true);

    /// <summary>AnalysisTemplates of <c>canary.dev/v1alpha1</c>.</summary>
    public static readonly ResourceKind AnalysisTemplates = new("canary.dev", "v1alpha1", "analysistemplates", "AnalysisTemplate", true);

    /// <summary>ClusterAnalysisTemplates of <c>canary.dev/v1alpha1</c>; not namespaced.</summary>
    public static readonly ResourceKind ClusterAnalysisTemplates = new("canary.dev", "v1alpha1", "clusteranalysistemplates", "ClusterAnalysisTemplate", false);

    /// <summary>AnalysisRuns of <c>canary.dev/v1alpha1</c>.</summary>
    public static readonly ResourceKind AnalysisRuns = new("canary.dev", "v1alpha1", "analysisruns", "AnalysisRun", true);

    /// <summary>NotificationReceivers of <c>canary.dev/v1alpha1</c>.</summary>
    public static readonly ResourceKind NotificationReceivers = new("canary.dev", "v1alpha1", "notificationreceivers", "NotificationReceiver", true);

    /// <summary>ClusterNotificationReceivers of <c>canary.dev/v1alpha1</c>; not namespaced.</summary>
    public static readonly ResourceKind ClusterNotificationReceivers = new("canary.dev", "v1alpha1", "clusternotificationreceivers", "ClusterNotificationReceiver", false);

    /// <summary>Secrets of the core group; read one by one, by name, where something refers to them.</summary>
    public static readonly ResourceKind Secrets = new("", "v1", "secrets", "Secret", true);

    /// <summary>VirtualServices of <c>networking.istio.io/v1</c>; see <see cref="KubernetesApi.ResolveServedAsync"/> for older meshes.</summary>
    public static readonly ResourceKind VirtualServices = new("networking.istio.io", "v1", "virtualservices", "VirtualService", true);

    /// <summary>DestinationRules of <c>networking.istio.io/v1</c>; see <see cref="KubernetesApi.ResolveServedAsync"/> for older meshes.</summary>
    public static readonly ResourceKind DestinationRules = new("networking.istio.io", "v1", "destinationrules", "DestinationRule", true);

    /// <summary>The <c>apiVersion</c> of objects of this kind: <c>group/version</c>, or the version alone in the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Builds the absolute path, with a leading slash, of a collection, an object or a subresource.</summary>
    /// <param name="ns">Namespace; null means all namespaces (collections only) or a kind that has none.</param>
    /// <param name="name">Object name; null addresses the collection.</param>
    /// <param name="subresource">Subresource such as <c>status</c>, or null. Needs a name.</param>
    /// <returns>The path with every segment escaped, without a query.</returns>
    /// <exception cref="ArgumentException">A namespace for a cluster-wide kind, a namespaced object without namespace, or a subresource without name.</exception>
    public string Path(string? ns, string? name, string? subresource)
    {
        if (ns is not null && !Namespaced)
        {
            throw new ArgumentException($"{Kind} is not namespaced, but namespace '{ns}' was given", nameof(ns));
        }

        if (string.IsNullOrEmpty(ns) && name is not null && Namespaced)
        {
            throw new ArgumentException($"{Kind} '{name}' needs a namespace", nameof(ns));
        }

        if (subresource is not null && name is null)
        {
            throw new ArgumentException($"Subresource '{subresource}' needs an object name", nameof(name));
        }

        var path = new StringBuilder(Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}");
        if (!string.IsNullOrEmpty(ns))
        {
            path.Append("/namespaces/").Append(Uri.EscapeDataString(ns));
        }

        path.Append('/').Append(Plural);
        if (name is not null)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            path.Append('/').Append(Uri.EscapeDataString(name));
        }

        if (subresource is not null)
        {
            path.Append('/').Append(subresource);
        }

        return path.ToString();
    }
}
