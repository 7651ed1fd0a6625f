using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Traffic;

/// <summary>Writes the operations of a JSON Patch (RFC 6902) one after the other. One caller at a time.</summary>
internal sealed class PatchOperations
{
    private readonly JsonArray _operations = [];
    private bool _changes;

    /// <summary>The patch; null when it would change nothing.</summary>
    public JsonArray? Patch => _changes ? _operations : null;

    /// <summary>Guards the patch: the server refuses all of it unless the value is still this one.</summary>
    public PatchOperations Test(string pointer, JsonNode value) => Write("test", pointer, value.DeepClone());

    /// <summary>Sets a member, whether or not it exists, or inserts into a list.</summary>
    public PatchOperations Add(string pointer, JsonNode value)
    {
        _changes = true;
        return Write("add", pointer, value);
    }

    /// <summary>Removes what exists.</summary>
    public PatchOperations Remove(string pointer)
    {
        _changes = true;
        _operations.Add(new JsonObject { ["op"] = "remove", ["path"] = pointer });
        return this;
    }

    /// <summary>Guards a patch that moves items of a list: nothing at all may have been written since.</summary>
    public PatchOperations TestUnwritten(JsonObject resource) =>
        resource.Field("metadata").Field("resourceVersion") is { } version ? Test("/metadata/resourceVersion", version) : this;

    /// <summary>The pointer to an item of a list.</summary>
    public static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}/{index}");

    /// <summary>Escapes a name for a pointer (RFC 6901).</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private PatchOperations Write(string operation, string pointer, JsonNode value)
    {
        _operations.Add(new JsonObject { ["op"] = operation, ["path"] = pointer, ["value"] = value });
        return this;
    }
}
