using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>Identity of pod templates: when two are the same, and the hash that names a ReplicaSet.</summary>
internal static class PodTemplate
{
    public const string HashLabel = "pod-template-hash";

    // Kubernetes' alphabet for generated names: no vowels and no look-alikes.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Whether two templates are the same but for the hash label (EqualIgnoreHash in the real controller).</summary>
    public static bool Same(JsonNode? first, JsonNode? second) => JsonNode.DeepEquals(Canonical(first), Canonical(second));

    /// <summary>Ten letters that depend on the template and on how often a name was found taken.</summary>
    public static string Hash(JsonNode? template, int collisions)
    {
        // FNV-1a, 64 bit; kube-controller-manager's hash is over Go's memory layout and cannot be had here, nor need it be.
        var hash = 14695981039346656037UL;
        foreach (var octet in Encoding.UTF8.GetBytes($"{Sorted(Canonical(template))!.ToJsonString()}#{collisions}"))
        {
            hash = (hash ^ octet) * 1099511628211UL;
        }

        var letters = new char[10];
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = Alphabet[(int)(hash % (ulong)Alphabet.Length)];
            hash /= (ulong)Alphabet.Length;
        }

        return new string(letters);
    }

    public static string RandomSuffix(Random random) => new([.. Enumerable.Range(0, 5).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);

    private static JsonObject Canonical(JsonNode? template)
    {
        var copy = WithoutNulls(template) as JsonObject ?? [];
        if (copy["metadata"] is JsonObject metadata)
        {
            (metadata["labels"] as JsonObject)?.Remove(HashLabel);
            foreach (var field in new[] { "labels", "annotations" })
            {
                if (metadata[field] is JsonObject { Count: 0 })
                {
                    metadata.Remove(field);
                }
            }

            if (metadata.Count == 0)
            {
                copy.Remove("metadata");
            }
        }

        return copy;
    }

    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, WithoutNulls(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(WithoutNulls)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
