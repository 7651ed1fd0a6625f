using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Json;

/// <summary>Writes a JSON patch (RFC 6902), operation by operation, applied in that order, all or none. One caller at a time.</summary>
public sealed class JsonPatchBuilder
{
    private readonly List<(string Operation, string Path, JsonNode? Value)> _operations = [];

    /// <summary>Whether there is anything but tests in it.</summary>
    public bool HasChanges => _operations.Exists(operation => operation.Operation != "test");

    /// <summary>The patch fails as a whole unless the value at <paramref name="path"/> equals <paramref name="value"/>.</summary>
    /// <param name="path">JSON pointer, from <see cref="JsonPointer.Of"/>.</param>
    /// <param name="value">Expected value; copied. Null is JSON's null, which servers take for absent too.</param>
    /// <returns>This builder.</returns>
    public JsonPatchBuilder Test(string path, JsonNode? value) => Append("test", path, value);

    /// <summary>The patch fails as a whole unless the object still has this version.</summary>
    /// <param name="resourceVersion">The version that was read.</param>
    /// <returns>This builder.</returns>
    public JsonPatchBuilder TestResourceVersion(string resourceVersion)
    {
        ArgumentException.ThrowIfNullOrEmpty(resourceVersion);
        return Test("/metadata/resourceVersion", resourceVersion);
    }

    /// <summary>Sets a member, or inserts before an item (<c>-</c> as index appends). The parent must exist.</summary>
    /// <param name="path">JSON pointer, from <see cref="JsonPointer.Of"/>.</param>
    /// <param name="value">New value; copied.</param>
    /// <returns>This builder.</returns>
    public JsonPatchBuilder Add(string path, JsonNode? value) => Append("add", path, value);

    /// <summary>Replaces a value that must exist.</summary>
    /// <param name="path">JSON pointer, from <see cref="JsonPointer.Of"/>.</param>
    /// <param name="value">New value; copied.</param>
    /// <returns>This builder.</returns>
    public JsonPatchBuilder Replace(string path, JsonNode? value) => Append("replace", path, value);

    /// <summary>Removes a value that must exist.</summary>
    /// <param name="path">JSON pointer, from <see cref="JsonPointer.Of"/>.</param>
    /// <returns>This builder.</returns>
    public JsonPatchBuilder Remove(string path) => Append("remove", path, null);

    /// <summary>The patch as it is sent.</summary>
    /// <returns>A new array, owned by the caller.</returns>
    public JsonArray Build()
    {
        var patch = new JsonArray();
        foreach (var (operation, path, value) in _operations)
        {
            var written = new JsonObject { ["op"] = operation, ["path"] = path };
            if (operation != "remove")
            {
                written["value"] = value?.DeepClone();
            }

            patch.Add((JsonNode)written);
        }

        return patch;
    }

    private JsonPatchBuilder Append(string operation, string path, JsonNode? value)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length > 0 && path[0] != '/')
        {
            throw new ArgumentException($"'{path}' does not begin with a slash", nameof(path));
        }

        _operations.Add((operation, path, value?.DeepClone()));
        return this;
    }
}
