using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;

namespace Canary.Kubernetes.Traffic;

/// <summary>What patches of mesh objects have in common.</summary>
internal static class PatchOperations
{
    /// <summary>The patch; null when it would change nothing, because every write of a route is pushed to the whole mesh.</summary>
    public static JsonArray? BuildIfChanging(this JsonPatchBuilder patch) => patch.HasChanges ? patch.Build() : null;

    /// <summary>Guards a patch that moves items of a list: nothing at all may have been written since.</summary>
    public static JsonPatchBuilder TestUnwritten(this JsonPatchBuilder patch, JsonObject resource) =>
        resource.Field("metadata").Field("resourceVersion").Text() is { } version ? patch.TestResourceVersion(version) : patch;

    /// <summary>The pointer to an item of a list.</summary>
    public static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}/{index}");
}
