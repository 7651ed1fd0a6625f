using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;
using Canary.Sandbox.ApiServer;

namespace Canary.Sandbox;

/// <summary>The manifests that the sandbox carries: the custom resource definitions and templates of this repository, and those of the demonstration.</summary>
internal static class EmbeddedManifests
{
    /// <summary>The definitions of Canary's own kinds.</summary>
    public static IReadOnlyList<string> Definitions() =>
        [.. typeof(EmbeddedManifests).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("crds/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Reads the objects of one manifest.</summary>
    /// <param name="name">For example <c>demo/shop.yaml</c>.</param>
    public static IReadOnlyList<JsonObject> Objects(string name) => [.. YamlTree.ParseAll(Read(name)).OfType<JsonObject>()];

    private static string Read(string name)
    {
        using var stream = typeof(EmbeddedManifests).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The sandbox carries no manifest {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
