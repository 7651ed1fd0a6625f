using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Json;

/// <summary>The identity of a pod template.</summary>
public static class TemplateHash
{
    /// <summary>The label that tells ReplicaSets of one Deployment apart, and so is no part of what the user wrote.</summary>
    public const string Label = "pod-template-hash";

    private const int Length = 10;

    // Kubernetes' own alphabet for generated names: no vowels, so no words; nothing that looks like something else.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Hashes a pod template as the API server returned it.</summary>
    /// <param name="template"><c>spec.template</c> of a workload; not changed.</param>
    /// <returns>Ten characters of <c>bcdfghjklmnpqrstvwxz2456789</c>, fit for a label value and a part of a name.</returns>
    /// <remarks>
    /// SHA-256 over <see cref="CanonicalJson"/>, without the label <see cref="Label"/>. Members that are null, and empty label sets, count as absent: servers
    /// differ in whether they write <c>creationTimestamp: null</c>, and an upgrade of the server must not start a rollout.
    /// </remarks>
    public static string Of(JsonObject template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Write(Normalize(template))));
        var number = BinaryPrimitives.ReadUInt64BigEndian(digest);
        Span<char> characters = stackalloc char[Length];
        for (var index = 0; index < Length; index++)
        {
            characters[index] = Alphabet[(int)(number % (ulong)Alphabet.Length)];
            number /= (ulong)Alphabet.Length;
        }

        return new string(characters);
    }

    /// <summary>Whether two pod templates ask for the same pods; what <see cref="Of"/> leaves out is left out here too.</summary>
    /// <param name="left">One template; not changed.</param>
    /// <param name="right">The other; not changed.</param>
    /// <returns>True when they do.</returns>
    public static bool SameTemplate(JsonObject left, JsonObject right) => CanonicalJson.DeepEquals(Normalize(left), Normalize(right));

    private static JsonObject Normalize(JsonObject template)
    {
        var copy = WithoutNulls(template)!.AsObject();
        if (copy["metadata"] is JsonObject metadata && metadata["labels"] is JsonObject labels)
        {
            labels.Remove(Label);
            if (labels.Count == 0)
            {
                metadata.Remove("labels");
            }
        }

        return copy;
    }

    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Where(member => member.Value is not null).Select(member => KeyValuePair.Create(member.Key, WithoutNulls(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(WithoutNulls)]),
        _ => node?.DeepClone(),
    };
}
