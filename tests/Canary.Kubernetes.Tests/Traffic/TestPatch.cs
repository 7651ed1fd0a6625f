using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>Applies a JSON Patch as the API server does: all of it, or nothing.</summary>
internal static class TestPatch
{
    public static JsonObject Apply(JsonObject resource, JsonArray? patch)
    {
        JsonNode root = resource.DeepClone();
        foreach (var operation in patch ?? [])
        {
            var path = (string)operation!["path"]!;
            var value = operation["value"];
            var (parent, last) = Parent(root, path);
            switch ((string)operation["op"]!)
            {
                case "test":
                    var found = Get(parent, last);
                    if (found is null || MeshYaml.Canonical(found) != MeshYaml.Canonical(value))
                    {
                        throw new TestFailedException($"testing path {path} failed");
                    }

                    break;
                case "add" when parent is JsonArray items:
                    items.Insert(last == "-" ? items.Count : int.Parse(last, CultureInfo.InvariantCulture), value?.DeepClone());
                    break;
                case "add":
                    ((JsonObject)parent)[last] = value?.DeepClone();
                    break;
                case "remove" when parent is JsonArray items:
                    items.RemoveAt(int.Parse(last, CultureInfo.InvariantCulture));
                    break;
                case "remove":
                    if (!((JsonObject)parent).Remove(last))
                    {
                        throw new TestFailedException($"remove operation does not apply: {path} is missing");
                    }

                    break;
                default:
                    throw new InvalidOperationException($"unexpected operation {operation["op"]}");
            }
        }

        return (JsonObject)root;
    }

    private static (JsonNode Parent, string Last) Parent(JsonNode root, string path)
    {
        var names = path.Split('/').Skip(1).Select(name => name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
        var parent = root;
        foreach (var name in names[..^1])
        {
            parent = Get(parent, name) ?? throw new TestFailedException($"{path} does not exist");
        }

        return (parent, names[^1]);
    }

    private static JsonNode? Get(JsonNode parent, string name) => parent switch
    {
        JsonArray items => int.Parse(name, CultureInfo.InvariantCulture) is var index && index < items.Count ? items[index] : null,
        JsonObject fields => fields[name],
        _ => null,
    };
}

internal sealed class TestFailedException(string message) : Exception(message);
