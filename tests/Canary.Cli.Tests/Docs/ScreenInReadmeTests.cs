namespace Canary.Cli.Tests.Docs;

public sealed class ScreenInReadmeTests
{
    [Fact]
    public void Readme_ShowsTheScreenAsItIs()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Canary.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("Canary.sln is in no folder above the tests");
        }

        var screen = File.ReadAllText(Path.Combine(root, "tests", "Canary.Cli.Tests", "Screens", "analysing-80.txt")).TrimEnd('\n').Split('\n');

        Assert.Contains(string.Join('\n', screen[..^2]), File.ReadAllText(Path.Combine(root, "README.md")), StringComparison.Ordinal);
    }
}
