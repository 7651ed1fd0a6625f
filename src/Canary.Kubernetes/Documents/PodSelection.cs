namespace Canary.Kubernetes.Documents;

/// <summary>Names the pods of one arm.</summary>
public abstract record PodSelection
{
    private PodSelection()
    {
    }

    /// <summary>How a selection is written, for messages.</summary>
    public const string Forms = "deployment/NAME, replicaset/NAME, revision/HASH (the label pod-template-hash), or a label selector such as app=checkout,version=v2";

    /// <summary>Pods of a Deployment's own ReplicaSets; a candidate's ReplicaSet is the Rollout's, and not among them.</summary>
    /// <param name="Name">The Deployment's name.</param>
    public sealed record OfDeployment(string Name) : PodSelection;

    /// <summary>Pods of a ReplicaSet.</summary>
    /// <param name="Name">The ReplicaSet's name.</param>
    public sealed record OfReplicaSet(string Name) : PodSelection;

    /// <summary>Pods of a revision.</summary>
    /// <param name="Revision">The value of their label <c>pod-template-hash</c>.</param>
    public sealed record OfRevision(string Revision) : PodSelection;

    /// <summary>Pods with labels.</summary>
    /// <param name="Selector">A label selector in Kubernetes' syntax.</param>
    public sealed record Labels(string Selector) : PodSelection;

    /// <summary>Reads a selection.</summary>
    /// <param name="text">See <see cref="Forms"/>.</param>
    /// <returns>The selection; null when it is none.</returns>
    public static PodSelection? Parse(string? text)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        // a label's key may have a slash, a label selector always has a sign
        if (text.AsSpan().IndexOfAny("=!") >= 0 || text.Contains(" in ", StringComparison.Ordinal))
        {
            return new Labels(text);
        }

        var name = text[(slash + 1)..];
        return (slash < 0 ? "" : text[..slash]) switch
        {
            _ when name.Length == 0 => null,
            "deployment" or "deployments" or "deploy" => new OfDeployment(name),
            "replicaset" or "replicasets" or "rs" => new OfReplicaSet(name),
            "revision" => new OfRevision(name),
            _ => null,
        };
    }
}
