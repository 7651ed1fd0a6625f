using System.Text.Json.Nodes;
using Canary.Kubernetes.Tests.Traffic;

namespace Canary.Kubernetes.Tests.Mapping;

/// <summary>Finds files of the repository, wherever the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static JsonObject Manifest(params string[] parts) => MeshYaml.All(File.ReadAllText(PathOf(parts)))[0];

    /// <summary>The schema of a resource definition.</summary>
    public static JsonObject Schema(string file) =>
        Manifest("deploy", "crds", file)["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Canary.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Canary.sln is not above the tests' own folder");
    }
}
