namespace Canary.Kubernetes.Access;

/// <summary>Which cluster a person means, and as whom; the same choices as kubectl's. Immutable.</summary>
public sealed record ClusterAccess
{
    /// <summary>Path of a kubeconfig; null takes those of KUBECONFIG, then the one in the home folder, then the service account within a cluster.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context; null takes the current one.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig's cluster; null takes the context's.</summary>
    public string? Cluster { get; init; }

    /// <summary>The kubeconfig's user; null takes the context's.</summary>
    public string? User { get; init; }

    /// <summary>The namespace; null takes the context's.</summary>
    public string? Namespace { get; init; }

    /// <summary>Whom to act as; null acts as oneself.</summary>
    public string? ActAs { get; init; }

    /// <summary>Groups of whom to act as.</summary>
    public IReadOnlyList<string> ActAsGroups { get; init; } = [];

    /// <summary>The longest that one request may take, above 0, at most 5 minutes; null is 10 seconds.</summary>
    public TimeSpan? RequestTimeout { get; init; }
}
