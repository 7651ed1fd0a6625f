using System.Text;
using Canary.Architecture.Schemas;

namespace Canary.Architecture.Installation;

/// <summary>What deploy/generate.sh makes, and what must not part.</summary>
public sealed class GeneratedFilesTests
{
    [Fact]
    public void InstallManifest_IsWhatTheCommandMakesOfItsParts()
    {
        var expected = new StringBuilder();
        foreach (var file in Listed("deploy/crds/Kustomization").Concat(Listed("deploy/kustomize/base/kustomization.yaml")))
        {
            expected.Append("---\n").Append(Repository.Read(file));
        }

        var written = Repository.Read("deploy/install.yaml");

        Assert.True(written[written.IndexOf("---\n", StringComparison.Ordinal)..] == expected.ToString(), "deploy/install.yaml is stale: run deploy/generate.sh");
    }

    /// <summary>A file that no kustomization lists is installed by nobody.</summary>
    [Theory]
    [InlineData("deploy/crds", "Kustomization")]
    [InlineData("deploy/kustomize/base", "kustomization.yaml")]
    [InlineData("deploy/kustomize/namespaced", "kustomization.yaml")]
    public void Kustomization_ListsEveryFileBesideIt(string folder, string name) =>
        Assert.Equal(
            Repository.FilesBelow(folder, "*.yaml").Where(file => !file.EndsWith("/kustomization.yaml", StringComparison.Ordinal)),
            Listed($"{folder}/{name}").Order(StringComparer.Ordinal));

    [Fact]
    public void Versions_OfChartImageAndProject_AreOne()
    {
        var chart = YamlFiles.Read("deploy/helm/canary/Chart.yaml").Single();
        var image = YamlFiles.Read("deploy/kustomize/base/deployment.yaml").Single()["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

        Assert.Contains($"<Version>{chart["appVersion"]}</Version>", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);
        Assert.Equal((string?)chart["version"], (string?)chart["appVersion"]);
        Assert.Equal($"canary:{chart["appVersion"]}", (string?)image);
    }

    /// <summary>A link that leads nowhere is a chart without definitions or rights, and Helm would not say so.</summary>
    [Fact]
    public void Chart_Links_LeadToTheFilesThatAreTrue()
    {
        Assert.Equal(
            Repository.FilesBelow("deploy/crds", "*.yaml").Select(file => Repository.Read(file)),
            Directory.EnumerateFiles(Repository.PathOf("deploy/helm/canary/crds"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText));
        foreach (var (link, file) in new[]
        {
            ("cluster-role.yaml", "base"), ("role-leader-election.yaml", "base"), ("roles-for-people.yaml", "base"), ("role.yaml", "namespaced"), ("cluster-templates.yaml", "namespaced"),
        })
        {
            Assert.Equal(Repository.Read($"deploy/kustomize/{file}/{link}"), Repository.Read($"deploy/helm/canary/files/{link}"));
        }
    }

    private static IEnumerable<string> Listed(string kustomization) => Repository.Read(kustomization).Split('\n')
        .Where(line => line.StartsWith("  - ", StringComparison.Ordinal) && line.EndsWith(".yaml", StringComparison.Ordinal))
        .Select(line => $"{Path.GetDirectoryName(kustomization)}/{line[4..]}");
}
