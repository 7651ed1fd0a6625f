using System.Text;
using Canary.Core;
using Canary.Core.Validation;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Tests.Traffic;
using Xunit;

namespace Canary.Kubernetes.Tests.Mapping;

/// <summary>Every file in WrongManifests is a mistake; messages.md holds what is said about it. Set CANARY_ACCEPT=1 to write it anew, then read the difference.</summary>
public sealed class WrongManifestTests
{
    private static readonly string Folder = Repository.PathOf("tests", "Canary.Kubernetes.Tests", "Mapping", "WrongManifests");

    [Fact]
    public void Read_WrongManifests_SayWhatMessagesHolds()
    {
        var files = Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal).ToList();
        var text = new StringBuilder("# Wrong manifests, and what is said about them\n\nWritten by WrongManifestTests from the files beside it.\n");
        foreach (var file in files)
        {
            text.Append($"\n## {Path.GetFileNameWithoutExtension(file)}\n\n{File.ReadLines(file).First().TrimStart('#', ' ')}\n\n");
            foreach (var problem in Problems(file))
            {
                text.Append($"- `{problem.Path}` {problem.Message}\n");
            }
        }

        var golden = Path.Combine(Folder, "messages.md");
        if (Environment.GetEnvironmentVariable("CANARY_ACCEPT") == "1")
        {
            File.WriteAllText(golden, text.ToString());
        }

        Assert.True(files.Count >= 30, "thirty mistakes at least");
        Assert.Equal(File.ReadAllText(golden), text.ToString());
    }

    [Fact]
    public void Read_WrongManifests_AreRefusedEachWithARemedy()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.yaml"))
        {
            var problems = Problems(file);

            Assert.NotEmpty(problems);
            Assert.All(problems, problem => Assert.Contains(';', problem.Message));
            Assert.All(problems, problem => Assert.NotEqual("", problem.Path));
            Assert.Equal(problems.Count, problems.Distinct().Count());
        }
    }

    private static List<Problem> Problems(string file)
    {
        var documents = MeshYaml.All(File.ReadAllText(file));
        var rollout = RolloutMapping.Read(documents[0]);
        if (rollout.Value is not { } spec)
        {
            return [.. rollout.Problems];
        }

        var metrics = TemplateMapping.Read(spec.Analysis, "shop", reference => documents.Skip(1).FirstOrDefault(template =>
            (string?)template["metadata"]!["name"] == reference.Name && ((string?)template["kind"] == "ClusterAnalysisTemplate") == reference.ClusterScope));
        return [.. metrics.Problems];
    }
}
