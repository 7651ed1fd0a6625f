using System.Diagnostics;
using System.Globalization;
using System.Text;
using Canary.Benchmarks.Report;
using Canary.Statistics;

namespace Canary.Benchmarks.Mutants;

/// <summary>Changes the code in small ways and counts how often a test notices.</summary>
internal static class MutantsRun
{
    /// <summary>The projects whose tests must notice.</summary>
    public static IReadOnlyList<string> Projects { get; } = ["Canary.Statistics", "Canary.Core"];

    /// <summary>Runs a share of the mutants of projects, each against the project's own tests.</summary>
    /// <param name="projects">Names of projects.</param>
    /// <param name="share">The share of mutants that are tried, drawn by the seed; in (0, 1].</param>
    /// <param name="seed">Any number.</param>
    /// <param name="parallel">How many mutants are tried at a time.</param>
    /// <param name="time">Measures time limits.</param>
    /// <returns>Markdown with the scores.</returns>
    public static async Task<string> RunAsync(IEnumerable<string> projects, double share, int seed, int parallel, TimeProvider time)
    {
        var table = new Table("project", "found", "tried", "killed", "timed out", "survived", "not covered", "score", "95 % interval", "refused");
        foreach (var project in projects)
        {
            Execute("dotnet", ["build", Path.Combine("tests", $"{project}.Tests"), "-c", "Release", "-v", "q", "-nologo"]);
            var sources = Sources(project);
            var found = sources.Where(source => source.Key.StartsWith("src/", StringComparison.Ordinal) && !source.Key.Contains("/obj/", StringComparison.Ordinal))
                .OrderBy(source => source.Key, StringComparer.Ordinal).SelectMany(source => MutantFinder.Find(source.Key, source.Value)).ToArray();
            var folder = Path.Combine(Machine.Repository, "tests", $"{project}.Tests", "bin", "Release", "net10.0");
            var references = Directory.EnumerateFiles(folder, "*.dll").Where(file => Path.GetFileName(file) is var name
                && name != $"{project}.dll" && (name.StartsWith("Canary.", StringComparison.Ordinal) && !name.EndsWith(".Tests.dll", StringComparison.Ordinal) || name.StartsWith("MathNet.", StringComparison.Ordinal)));
            var assembly = MutatedAssembly.Compile(project, sources, Draw(found, share, seed), [.. Framework.Assemblies, .. references]);
            var (ends, broken) = await new MutantTrial(folder, $"{project}.Tests", assembly, project, parallel, time).RunAsync();
            foreach (var (mutant, end) in assembly.Mutants.Zip(ends).Where(pair => pair.Second is MutantEnd.Survived or MutantEnd.Uncovered).OrderBy(pair => pair.First.ToString(), StringComparer.Ordinal))
            {
                Console.WriteLine($"{(end is MutantEnd.Uncovered ? "not covered" : "survived")}: {mutant}");
            }

            foreach (var test in broken)
            {
                Console.WriteLine($"left out, for it fails without a mutant: {test}");
            }

            var noticed = ends.Count(end => end is MutantEnd.Killed or MutantEnd.TimedOut);
            var interval = ProportionInterval.Wilson(noticed, ends.Count);
            table.Add(
                $"`{project}`", Count(found.Length), Count(ends.Count), Ends(MutantEnd.Killed), Ends(MutantEnd.TimedOut), Ends(MutantEnd.Survived), Ends(MutantEnd.Uncovered),
                Percent((double)noticed / ends.Count), $"{Percent(interval.Lower)} to {Percent(interval.Upper)}", Count(assembly.Impossible.Count));

            string Ends(MutantEnd wanted) => Count(ends.Count(end => end == wanted));
        }

        return new StringBuilder()
            .AppendLine("Small changes of the code, one at a time, against the project's own tests; the score is the share of the tried ones that a test notices.")
            .AppendLine(CultureInfo.InvariantCulture, $"Mutants were drawn by chance, one by one: {Percent(share)} of those found, seed {seed}; *refused* are drawn ones that do not compile, which do not count.")
            .AppendLine("The interval is Wilson's. Mutants that time out (ten times the tests' own time and 30 s) count as noticed, those that no test reaches as not noticed.")
            .AppendLine()
            .AppendLine("Changed are operators of arithmetic, comparison, logic and bits, `++` and `--`, minus and not, patterns, Boolean and string literals, `??`, conditions, calls with")
            .AppendLine("an opposite (`Min` and `Max`, `Any` and `All`, ...); calls, assignments, `throw`, `continue` and `yield` are left away. Not changed are constants and initialisers, which")
            .AppendLine("cannot be switched while a program runs, null guards, for which the compiler's own analysis stands, and prose: text with a blank in it.")
            .AppendLine().Append(table)
            .ToString();
    }

    /// <summary>All that is compiled into a project, by path from the repository's root; the generated parts were made by the build before.</summary>
    private static Dictionary<string, string> Sources(string project)
    {
        var root = Path.Combine(Machine.Repository, "src", project);
        var generated = Directory.EnumerateFiles(Path.Combine(root, "obj", "Release", "net10.0"), "*.cs");
        var written = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0] is not ("obj" or "bin"));
        return written.Concat(generated).ToDictionary(file => Path.GetRelativePath(Machine.Repository, file).Replace('\\', '/'), File.ReadAllText);
    }

    private static Mutant[] Draw(Mutant[] found, double share, int seed)
    {
        var shuffled = found.ToArray();
        new Random(seed).Shuffle(shuffled);
        return [.. shuffled.Take(Math.Max(1, (int)Math.Round(share * shuffled.Length)))];
    }

    private static void Execute(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Machine.Repository })!; // a new process, never null without the shell
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with status {process.ExitCode}");
        }
    }

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{100 * ratio:0.0} %");
}
