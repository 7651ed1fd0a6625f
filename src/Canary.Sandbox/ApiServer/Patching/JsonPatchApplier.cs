using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>RFC 6902.</summary>
internal static class JsonPatchApplier
{
    /// <exception cref="ApiException">400 for a patch that is none, 422 for one that cannot be applied, a failing <c>test</c> included.</exception>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
        {
            throw ApiErrors.BadRequest("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        }

        foreach (var operation in operations)
        {
            target = ApplyOne(target, operation as JsonObject ?? throw ApiErrors.BadRequest("error decoding patch: an operation is not an object"));
        }

        return target;
    }

    private static JsonNode? ApplyOne(JsonNode? target, JsonObject operation)
    {
        var path = Pointer(operation.Text("path") ?? throw ApiErrors.UnprocessablePatch());
        switch (operation.Text("op"))
        {
            case "add":
                return Add(target, path, operation["value"]?.DeepClone());
            case "remove":
                return Remove(target, path, out _);
            case "replace":
                Find(target, path);
                return Add(Remove(target, path, out _), path, operation["value"]?.DeepClone());
            case "move":
                var without = Remove(target, Pointer(operation.Text("from") ?? throw ApiErrors.UnprocessablePatch()), out var moved);
                return Add(without, path, moved);
            case "copy":
                return Add(target, path, Find(target, Pointer(operation.Text("from") ?? throw ApiErrors.UnprocessablePatch()))?.DeepClone());
            case "test":
                return Test(target, path, operation["value"]) ? target : throw ApiErrors.UnprocessablePatch();
            default:
                throw ApiErrors.UnprocessablePatch();
        }
    }

    // testing for null also holds when the field is absent, as in the library that Kubernetes uses
    private static bool Test(JsonNode? target, string[] path, JsonNode? value)
    {
        var parent = path.Length == 0 ? null : Find(target, path.AsSpan(0, path.Length - 1));
        var actual = path.Length == 0 ? target : parent is JsonObject fields ? fields[path[^1]] : Find(target, path);
        return JsonNode.DeepEquals(actual, value);
    }

    private static string[] Pointer(string pointer)
    {
        if (pointer.Length == 0)
        {
            return [];
        }

        return pointer[0] == '/'
            ? [.. pointer[1..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
            : throw ApiErrors.UnprocessablePatch();
    }

    private static JsonNode? Find(JsonNode? node, ReadOnlySpan<string> path)
    {
        foreach (var part in path)
        {
            node = node switch
            {
                JsonObject fields when fields.TryGetPropertyValue(part, out var value) => value,
                JsonArray items => items[Index(part, items.Count - 1)],
                _ => throw ApiErrors.UnprocessablePatch(),
            };
        }

        return node;
    }

    private static JsonNode? Add(JsonNode? root, string[] path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            return value;
        }

        switch (Find(root, path.AsSpan(0, path.Length - 1)))
        {
            case JsonObject fields:
                fields[path[^1]] = value;
                break;
            case JsonArray items:
                items.Insert(path[^1] == "-" ? items.Count : Index(path[^1], items.Count), value);
                break;
            default:
                throw ApiErrors.UnprocessablePatch();
        }

        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string[] path, out JsonNode? removed)
    {
        if (path.Length == 0)
        {
            removed = root;
            return null;
        }

        switch (Find(root, path.AsSpan(0, path.Length - 1)))
        {
            case JsonObject fields when fields.TryGetPropertyValue(path[^1], out removed):
                fields.Remove(path[^1]);
                break;
            case JsonArray items:
                var index = Index(path[^1], items.Count - 1);
                removed = items[index];
                items.RemoveAt(index);
                break;
            default:
                throw ApiErrors.UnprocessablePatch();
        }

        return root;
    }

    private static int Index(string part, int last) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= last && (part == "0" || part[0] != '0')
            ? index
            : throw ApiErrors.UnprocessablePatch();
}
