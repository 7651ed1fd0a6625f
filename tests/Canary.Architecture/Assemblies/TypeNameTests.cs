using System.Xml.Linq;

namespace Canary.Architecture.Assemblies;

public sealed class TypeNameTests
{
    /// <summary>Words that fit every type say nothing about one.</summary>
    private static readonly string[] Forbidden = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Common", "Base", "Impl"];

    public static TheoryData<string> SourceProjects => [.. Repository.FilesBelow("src", "*.csproj").Select(AssemblyOf)];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void TypeNames_SourceProject_SayWhatTheTypeIsFor(string assembly) => Assert.Empty(Empty(CompiledAssembly.Read(assembly)));

    [Fact]
    public void TypeNames_Sample_AreFound() => Assert.Equal(["WeightHelper"], Empty(CompiledAssembly.Read("Canary.Architecture")));

    /// <summary>The name of what a project builds: its own, unless it says another.</summary>
    private static string AssemblyOf(string path) =>
        XDocument.Parse(Repository.Read(path)).Descendants("AssemblyName").Select(name => name.Value).FirstOrDefault() ?? Path.GetFileNameWithoutExtension(path);

    private static IEnumerable<string> Empty(CompiledAssembly assembly) =>
        assembly.TypeNames.Where(name => Array.Exists(Forbidden, suffix => name.Split('`')[0].EndsWith(suffix, StringComparison.Ordinal)));
}
