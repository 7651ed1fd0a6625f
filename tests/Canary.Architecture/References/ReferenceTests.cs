namespace Canary.Architecture.References;

public sealed class ReferenceTests
{
    private const string SampleTable = """
        Words before.

        | project | refers to | packages |
        |---|---|---|
        | `Low` | none | none |
        | `High` | `Low` | any |

        Words after.
        """;

    private static readonly ProjectReferences High = ProjectReferences.Parse("High", Csproj("<ProjectReference Include=\"..\\Low\\Low.csproj\" /><PackageReference Include=\"Anything\" />"));
    private static readonly ProjectReferences Low = ProjectReferences.Parse("Low", Csproj(""));

    [Fact]
    public void Differences_ProjectsOfTheHouse_AreNone()
    {
        var rows = ReferenceTable.Parse(Repository.Read("docs/architecture.md"));
        var projects = Repository.FilesBelow("src", "*.csproj")
            .Select(path => ProjectReferences.Parse(Path.GetFileNameWithoutExtension(path), Repository.Read(path)))
            .ToList();

        Assert.NotEmpty(projects);
        Assert.Empty(ReferenceTable.Differences(rows, projects));
    }

    [Fact]
    public void Differences_ProjectsAsInTheTable_AreNone() =>
        Assert.Empty(ReferenceTable.Differences(ReferenceTable.Parse(SampleTable), [High, Low]));

    [Theory]
    [InlineData("<ProjectReference Include=\"../High/High.csproj\" />", "Low must not refer to High")]
    [InlineData("<PackageReference Include=\"Newtonsoft.Json\" />", "Low must not use the package Newtonsoft.Json")]
    public void Differences_ForbiddenReference_IsNamed(string reference, string expected)
    {
        var low = ProjectReferences.Parse("Low", Csproj(reference));

        Assert.Equal([expected], ReferenceTable.Differences(ReferenceTable.Parse(SampleTable), [High, low]));
    }

    [Fact]
    public void Differences_ReferenceOfTheTableThatIsGone_IsNamed()
    {
        var high = ProjectReferences.Parse("High", Csproj(""));

        Assert.Equal(["High does not refer to Low, which its row says"], ReferenceTable.Differences(ReferenceTable.Parse(SampleTable), [high, Low]));
    }

    [Fact]
    public void Differences_RowOrProjectAlone_IsNamed()
    {
        var stray = ProjectReferences.Parse("Stray", Csproj(""));

        Assert.Equal(["High has a row and no project", "Stray has no row"], ReferenceTable.Differences(ReferenceTable.Parse(SampleTable), [Low, stray]));
    }

    [Fact]
    public void Parse_WithoutTable_Throws() =>
        Assert.Throws<InvalidOperationException>(() => ReferenceTable.Parse("# Architecture"));

    [Fact]
    public void TestProjects_NoSourceProject_RefersToThem()
    {
        var strays = Repository.FilesBelow("src", "*.csproj").Where(path => Repository.Read(path).Contains("tests/", StringComparison.Ordinal));

        Assert.Empty(strays);
    }

    private static string Csproj(string items) => $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{items}</ItemGroup></Project>";
}
