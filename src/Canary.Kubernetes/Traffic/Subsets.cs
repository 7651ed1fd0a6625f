using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Traffic;

/// <summary>Reads the subsets of a DestinationRule.</summary>
internal static class Subsets
{
    /// <summary>The label whose value is the revision.</summary>
    public const string HashLabel = "pod-template-hash";

    /// <summary>The kind of the owner of what is created.</summary>
    public const string OwnerKind = "Rollout";

    /// <summary>The label that marks what is created.</summary>
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";

    /// <summary>Its value.</summary>
    public const string ManagedBy = "canary";

    /// <summary>Finds a subset by its name.</summary>
    /// <returns>Its place and itself as read; null when it does not exist.</returns>
    public static (int Index, JsonObject Subset)? Find(JsonObject? destinationRule, string name)
    {
        foreach (var (index, subset) in destinationRule.Field("spec").Field("subsets").Objects())
        {
            if (subset.Field("name").Text() == name)
            {
                return (index, subset);
            }
        }

        return null;
    }

    /// <summary>The revision's hash that a subset selects; null when it selects none.</summary>
    public static string? Hash(JsonObject? destinationRule, string name) => Find(destinationRule, name)?.Subset.Field("labels").Field(HashLabel).Text();

    /// <summary>Whether the DestinationRule was created for a Rollout.</summary>
    public static bool IsOurs(JsonObject destinationRule) =>
        destinationRule.Field("metadata").Field("labels").Field(ManagedByLabel).Text() == ManagedBy
        && destinationRule.Field("metadata").Field("ownerReferences").Objects().Any(owner => owner.Item.Field("kind").Text() == OwnerKind);

    /// <summary>Records how a subset is now.</summary>
    public static SubsetRecord Record(JsonObject? destinationRule, string name) => Find(destinationRule, name) is { } found
        ? new SubsetRecord(true, found.Subset.Field("labels") is JsonObject, found.Subset.Field("labels").Field(HashLabel).Text())
        : new SubsetRecord(false, false, null);

    /// <summary>The labels that a Service selects its pods by; null when it selects none.</summary>
    public static JsonObject? Selector(JsonObject? service) => service.Field("spec").Field("selector") is JsonObject { Count: > 0 } selector ? selector : null;
}
