using System.Text;

namespace Canary.Benchmarks.Report;

/// <summary>The file of all results. Each command replaces its own part of it, and nobody writes in it by hand.</summary>
internal static class Results
{
    private const string Header = """
        # Benchmarks

        Written by `tests/Canary.Benchmarks`, never by hand: each part is replaced by the command that it names. They are measurements, and but for what the evaluation says must hold
        nothing fails when a number changes. **Allocations and ratios are the claim, not nanoseconds**: times are those of the machine named, and of what else it had to do.

        """;

    /// <summary>The parts in the order of the file.</summary>
    private static readonly string[] Parts = ["functions", "idle", "abort", "ticks", "scale", "requests", "soak", "cli", "evaluation", "mutants"];

    /// <summary>Prints a part and puts it into <c>docs/benchmarks.md</c>.</summary>
    /// <param name="part">One of the parts.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="command">The arguments that made it.</param>
    /// <param name="note">What a reader must know about the machine at that time; null adds nothing.</param>
    /// <param name="body">Markdown: what was measured, and the tables.</param>
    public static void Put(string part, string title, string command, string? note, string body)
    {
        var text = $"""
            ## {title}

            - Command: `dotnet run -c Release --project tests/Canary.Benchmarks -- {command}`
            - Machine: {Machine.Describe()}
            - Commit: {Machine.Commit}{(note is null ? "" : $"\n- Note: {note}")}

            {body.Trim()}

            """.ReplaceLineEndings("\n");
        Console.WriteLine(text);

        var file = Path.Combine(Machine.Repository, "docs", "benchmarks.md");
        var before = File.Exists(file) ? File.ReadAllText(file) : "";
        var written = new StringBuilder(Header.ReplaceLineEndings("\n"));
        foreach (var name in Parts)
        {
            if ((name == part ? text : Content(before, name)) is { } content)
            {
                written.Append('\n').Append(Begin(name)).Append('\n').Append(content).Append(End(name)).Append('\n');
            }
        }

        File.WriteAllText(file, written.ToString());
        Console.WriteLine($"Written to {Path.GetRelativePath(Environment.CurrentDirectory, file)}.");
    }

    private static string? Content(string text, string part)
    {
        var begin = text.IndexOf(Begin(part), StringComparison.Ordinal);
        var end = text.IndexOf(End(part), StringComparison.Ordinal);
        return begin < 0 || end < begin ? null : text[(begin + Begin(part).Length + 1)..end];
    }

    private static string Begin(string part) => $"<!-- made by: {part} -->";

    private static string End(string part) => $"<!-- end of: {part} -->";
}
