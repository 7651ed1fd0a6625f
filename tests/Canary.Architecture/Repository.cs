namespace Canary.Architecture;

/// <summary>The files of the checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Lists the C# files below a folder, without what the build made.</summary>
    public static IReadOnlyList<SourceFile> SourcesBelow(string folder) =>
        [.. FilesBelow(folder, "*.cs").Select(path => new SourceFile(path, Read(path)))];

    /// <summary>Lists files below a folder as paths from the root, without what the build made.</summary>
    public static IReadOnlyList<string> FilesBelow(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Canary.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Canary.sln; run the tests inside a checkout.");
    }
}

/// <summary>A source file: its path from the root, and its text.</summary>
internal sealed record SourceFile(string Path, string Text);
