using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>The smallest merge patch from one status to another; a zero count and an absent one are the same, as in Go's omitempty.</summary>
internal static class StatusPatch
{
    /// <returns>The changed fields, null for those that go; null when nothing differs.</returns>
    public static JsonObject? Between(JsonNode? before, JsonObject after)
    {
        var changes = new JsonObject();
        foreach (var (field, value) in after)
        {
            if (!JsonNode.DeepEquals(Meaningful(before.At(field)), Meaningful(value)))
            {
                changes[field] = Meaningful(value)?.DeepClone();
            }
        }

        return changes.Count == 0 ? null : changes;
    }

    private static JsonNode? Meaningful(JsonNode? value) => value is JsonArray { Count: 0 } || value.Number() == 0 ? null : value;
}
