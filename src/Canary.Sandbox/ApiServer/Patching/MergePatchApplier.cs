using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>RFC 7386.</summary>
internal static class MergePatchApplier
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else
            {
                var current = result[name];
                var merged = Apply(current, value);
                if (!ReferenceEquals(current, merged))
                {
                    result[name] = merged;
                }
            }
        }

        return result;
    }
}
