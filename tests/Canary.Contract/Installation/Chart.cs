using System.Text.Json.Nodes;
using Canary.Architecture;
using Canary.Kubernetes.Json;
using Canary.Sandbox.ApiServer;
using Canary.Testing;
using Xunit;

namespace Canary.Contract.Installation;

/// <summary>The Helm chart, rendered.</summary>
internal static class Chart
{
    /// <summary>What a cluster of today serves, as far as the chart asks.</summary>
    public const string Today = "policy/v1";

    public static string Folder { get; } = Repository.PathOf("deploy/helm/canary");

    /// <summary>Names of the files in <c>Values</c>, each one way to install.</summary>
    public static TheoryData<string> Ways =>
        [.. Repository.FilesBelow("tests/Canary.Contract/Installation/Values", "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file))];

    public static async Task<string> TextAsync(string way, string apiVersions = Today)
    {
        var (code, output, errors) = await TryAsync(["-api-versions", apiVersions, "-values", Repository.PathOf($"tests/Canary.Contract/Installation/Values/{way}.yaml")]);
        Assert.True(code == 0, errors);
        return output;
    }

    public static async Task<IReadOnlyList<JsonObject>> RenderAsync(string way, string apiVersions = Today) =>
        [.. YamlTree.ParseAll(await TextAsync(way, apiVersions)).OfType<JsonObject>()];

    /// <summary>Renders with values given as YAML.</summary>
    public static async Task<(int Code, string Output, string Errors)> TryValuesAsync(string values)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, values, TestContext.Current.CancellationToken);
            return await TryAsync(["-values", file]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static JsonObject One(IReadOnlyList<JsonObject> manifests, string kind) => Assert.Single(manifests, manifest => manifest.Text("kind") == kind);

    private static Task<(int Code, string Output, string Errors)> TryAsync(string[] arguments)
    {
        Assert.SkipWhen(TestTools.WhyAbsent is not null, TestTools.WhyAbsent ?? "");
        return TestTools.RunAsync("render-chart", [.. arguments, Folder], TestContext.Current.CancellationToken);
    }
}
