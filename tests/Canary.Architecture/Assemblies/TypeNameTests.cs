namespace Canary.Architecture.Assemblies;

public sealed class TypeNameTests
{
    /// <summary>Words that fit every type say nothing about one.</summary>
    private static readonly string[] Forbidden = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Common", "Base", "Impl"];

    public static TheoryData<string> SourceProjects => [.. Repository.FilesBelow("src", "*.csproj").Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void TypeNames_SourceProject_SayWhatTheTypeIsFor(string project) => Assert.Empty(Empty(CompiledAssembly.Read(project)));

    [Fact]
    public void TypeNames_Sample_AreFound() => Assert.Equal(["WeightHelper"], Empty(CompiledAssembly.Read("Canary.Architecture")));

    private static IEnumerable<string> Empty(CompiledAssembly assembly) =>
        assembly.TypeNames.Where(name => Array.Exists(Forbidden, suffix => name.Split('`')[0].EndsWith(suffix, StringComparison.Ordinal)));
}
