namespace Canary.Kubernetes.Resources;

/// <summary>The names under which the engine writes into the cluster, and those of Kubernetes that it relies on.</summary>
internal static class Names
{
    /// <summary>The command of a person.</summary>
    public const string CommandAnnotation = "canary.dev/command";

    /// <summary>The mark on a Rollout that lets the engine put things back before it goes.</summary>
    public const string Finalizer = "canary.dev/release";

    /// <summary>The Deployment whose revision a ReplicaSet of the engine is.</summary>
    public const string RevisionOfAnnotation = "canary.dev/revision-of";

    /// <summary>The revision whose fresh baseline a ReplicaSet is.</summary>
    public const string BaselineOfAnnotation = "canary.dev/baseline-of";

    /// <summary>The Rollout of an AnalysisRun.</summary>
    public const string RolloutLabel = "canary.dev/rollout";

    /// <summary>The stamp of <c>kubectl rollout restart</c>.</summary>
    public const string RestartAnnotation = "kubectl.kubernetes.io/restartedAt";

    /// <summary>A ReplicaSet's place in its Deployment's history.</summary>
    public const string HistoryAnnotation = "deployment.kubernetes.io/revision";

    /// <summary>The replicas that a Deployment had when its ReplicaSet was last scaled.</summary>
    public const string DesiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas";

    /// <summary>The former and the surge.</summary>
    public const string MaxReplicasAnnotation = "deployment.kubernetes.io/max-replicas";

    /// <summary>The label that tells ReplicaSets of one Deployment apart.</summary>
    public const string HashLabel = "pod-template-hash";
}
