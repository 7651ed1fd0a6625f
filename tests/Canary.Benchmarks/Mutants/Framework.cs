namespace Canary.Benchmarks.Mutants;

/// <summary>The assemblies of the framework that runs this program.</summary>
internal static class Framework
{
    /// <summary>Paths of all that are managed.</summary>
    public static IReadOnlyList<string> Assemblies { get; } =
        [.. Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll") // the framework is never a single file here
            .Where(file => Path.GetFileName(file) is var name && (name.StartsWith("System.", StringComparison.Ordinal) && !name.Contains(".Native.", StringComparison.Ordinal)
                || name is "mscorlib.dll" or "netstandard.dll" or "Microsoft.CSharp.dll"))];
}
