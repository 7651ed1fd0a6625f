using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Watching;

/// <summary>Namespace (empty when the kind has none) and name.</summary>
internal readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>The key of an object that has been checked to have a name.</summary>
    public static ObjectKey Of(JsonObject read) => new((string?)read["metadata"]?["namespace"] ?? string.Empty, (string?)read["metadata"]?["name"] ?? string.Empty);

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
