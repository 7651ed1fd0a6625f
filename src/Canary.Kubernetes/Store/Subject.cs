using Canary.Core;
using Canary.Engine.Ports;

namespace Canary.Kubernetes.Store;

/// <summary>Whose world is changed. Immutable.</summary>
/// <param name="Key">The Rollout.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Deployment">The name of its Deployment; null while no valid spec was ever seen.</param>
internal sealed record Subject(RolloutKey Key, string Uid, string? Deployment)
{
    /// <summary>The namespace of all its objects.</summary>
    public string Namespace => Key.Namespace;

    /// <summary>The name of its Deployment, for effects that are only decided when there is one.</summary>
    public string RequiredDeployment => Deployment ?? throw new EffectFailedException($"Rollout {Key} names no Deployment");

    /// <summary>The Deployment, for messages.</summary>
    public string DeploymentKey => $"{Key.Namespace}/{Deployment}";

    /// <summary>The subject of what was decided on a snapshot.</summary>
    public static Subject Of(Snapshot snapshot) =>
        new(snapshot.Observation.Key, snapshot.Uid, (snapshot.Observation.Spec ?? snapshot.Observation.Status.Plan)?.Deployment);
}
