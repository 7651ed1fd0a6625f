using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Canary.Sandbox;
using Canary.Sandbox.ApiServer;
using Canary.Testing.ControlPlanes;

namespace Canary.Contract.Support;

/// <summary>The resource definitions that the tests work with: our own, the widgets, and other projects' where they are at hand.</summary>
internal static class Definitions
{
    private const string Path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private static readonly string[] Foreign = ["istio-1.30.3.yaml", "keda-2.20-scaledobjects.yaml"];

    /// <summary>All of them, each a manifest of one or more.</summary>
    public static IEnumerable<string> All()
    {
        var foreign = Foreign.Select(RealDefinitions.Find).OfType<string>().Select(File.ReadAllText).ToList();
        return [.. EmbeddedManifests.Definitions(), Samples.WidgetDefinition, .. foreign.Count > 0 ? foreign : [IstioDefinitions.Yaml]];
    }

    public static IEnumerable<JsonObject> Parsed() => All().SelectMany(YamlTree.ParseAll).OfType<JsonObject>();

    /// <summary>Creates them on a real server, and returns when all are served.</summary>
    public static async Task InstallAsync(ControlPlane plane)
    {
        using var client = plane.NewClient(ControlPlane.Administrator);
        foreach (var definition in Parsed())
        {
            using var answer = await client.PostAsJsonAsync(Path, definition);
            if (!answer.IsSuccessStatusCode)
            {
                throw new InvalidOperationException($"{definition.Text("metadata", "name")}: {await answer.Content.ReadAsStringAsync()}");
            }

            var name = definition.Text("metadata", "name");
            while (!Samples.IsEstablished(JsonTree.ParseObject(await client.GetStringAsync($"{Path}/{name}"))))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }
}
