using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Workloads;

/// <summary>Who a ReplicaSet belongs to. Pure.</summary>
internal static class Ownership
{
    /// <summary>The reference that makes a Rollout the controlling owner.</summary>
    public static JsonObject ByRollout(RolloutKey key, string uid) => Reference("canary.dev/v1alpha1", "Rollout", key.Name, uid);

    /// <summary>The reference that makes a Deployment the controlling owner.</summary>
    public static JsonObject ByDeployment(JsonObject deployment) => Reference("apps/v1", "Deployment", deployment.NameOf(), deployment.UidOf());

    /// <summary>An object's owners with another one in control; owners that control nothing stay.</summary>
    public static JsonArray Replaced(JsonObject read, JsonObject owner) => new(
    [
        .. read.At("metadata", "ownerReferences").AsObjects()
            .Where(other => !other.At("controller").IsTrue() && other.At("uid").AsText() != owner.At("uid").AsText())
            .Select(other => other.DeepClone()),
        owner,
    ]);

    private static JsonObject Reference(string apiVersion, string kind, string name, string uid) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["name"] = name,
        ["uid"] = uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };
}
