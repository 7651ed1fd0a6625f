using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;
using Canary.Sandbox;
using Canary.Sandbox.ApiServer;
using Canary.Testing.ControlPlanes;

namespace Canary.Contract.Support;

/// <summary>The resource definitions that the tests work with: our own, and other projects' where they are at hand.</summary>
internal static class Definitions
{
    public const string Path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private static readonly string[] Foreign = ["istio-1.30.3.yaml", "keda-2.20-scaledobjects.yaml"];

    /// <summary>All of them, each a manifest of one or more.</summary>
    public static IReadOnlyList<string> All()
    {
        var foreign = Foreign.Select(RealDefinitions.Find).OfType<string>().Select(File.ReadAllText).ToList();
        return [.. EmbeddedManifests.Definitions(), .. foreign.Count > 0 ? foreign : [IstioDefinitions.Yaml]];
    }

    public static IEnumerable<JsonObject> Parsed(params string[] further) => All().Concat(further).SelectMany(YamlTree.ParseAll).OfType<JsonObject>();

    public static bool IsEstablished(JsonObject definition) =>
        definition.Items("status", "conditions")?.Any(condition => condition.Text("type") == "Established" && condition.Text("status") == "True") == true;

    /// <summary>Creates them, and further ones, on a real server, and returns when all are served.</summary>
    public static async Task InstallAsync(ControlPlane plane, params string[] further)
    {
        using var client = plane.NewClient(ControlPlane.Administrator);
        foreach (var definition in Parsed(further))
        {
            using var answer = await client.PostAsJsonAsync(Path, definition);
            if (!answer.IsSuccessStatusCode)
            {
                throw new InvalidOperationException($"{definition.Text("metadata", "name")}: {await answer.Content.ReadAsStringAsync()}");
            }

            var name = definition.Text("metadata", "name");
            while (!IsEstablished(JsonTree.ParseObject(await client.GetStringAsync($"{Path}/{name}"))))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }
}
