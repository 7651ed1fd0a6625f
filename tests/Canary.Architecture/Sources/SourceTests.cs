namespace Canary.Architecture.Sources;

public sealed class SourceTests
{
    private static readonly IReadOnlyList<SourceFile> Sources = Repository.SourcesBelow("src");

    [Fact]
    public void TooLong_Sources_AreNone()
    {
        Assert.NotEmpty(Sources);
        Assert.Empty(SourceRules.TooLong(Sources));
    }

    [Fact]
    public void SystemClock_Sources_NameItInProgramOnly() => Assert.Empty(SourceRules.SystemClock(Sources));

    [Fact]
    public void Evasions_SourcesAndTests_AreNone()
    {
        // The samples below would be found, so this project is left out.
        var tests = Repository.SourcesBelow("tests").Where(file => !file.Path.StartsWith("tests/Canary.Architecture/", StringComparison.Ordinal));

        Assert.Empty(SourceRules.Evasions(Sources.Concat(tests)));
    }

    [Theory]
    [InlineData(400, 0)]
    [InlineData(401, 1)]
    public void TooLong_Sample_IsFoundAboveTheLimit(int lines, int expected)
    {
        var sample = new SourceFile("src/Sample.cs", string.Concat(Enumerable.Repeat("line\n", lines)));

        Assert.Equal(expected, SourceRules.TooLong([sample]).Count);
    }

    [Theory]
    [InlineData("src/X/Clock.cs", "var now = TimeProvider.System.GetUtcNow();", 1)]
    [InlineData("src/X/Clock.cs", "    // TimeProvider.System is named in Program.cs only", 0)]
    [InlineData("src/X/Clock.cs", "var clock = MyTimeProvider.SystemName;", 0)]
    [InlineData("src/X/Program.cs", "var clock = TimeProvider.System;", 0)]
    public void SystemClock_Sample_IsFoundOutsideProgram(string path, string line, int expected) =>
        Assert.Equal(expected, SourceRules.SystemClock([new SourceFile(path, line)]).Count);

    [Theory]
    [InlineData("#pragma warning disable CA1822", true)]
    [InlineData("// TODO: later", true)]
    [InlineData("// FIXME", true)]
    [InlineData("throw new NotImplementedException();", true)]
    [InlineData("[Fact(Skip = \"flaky\")]", true)]
    [InlineData("[Fact(DisplayName = \"x\", Skip = \"flaky\")]", true)]
    [InlineData("Assert.Skip(\"no kube-apiserver: set KUBEBUILDER_ASSETS\");", false)]
    [InlineData("var page = items.Skip(2);", false)]
    public void Evasions_Sample_AreFound(string line, bool found) =>
        Assert.Equal(found, SourceRules.Evasions([new SourceFile("src/Sample.cs", "\n" + line)]) .SequenceEqual(["src/Sample.cs:2: " + line]));
}
