using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Canary.Benchmarks.Report;
using Canary.Statistics;

namespace Canary.Benchmarks.Mutants;

/// <summary>Changes the code in small ways and counts how often a test notices (Stryker).</summary>
internal static class MutantsRun
{
    private static readonly string[] Projects = ["Canary.Statistics", "Canary.Core"];

    /// <summary>Runs the mutants of both projects.</summary>
    /// <param name="share">The share of files that are mutated, drawn by the seed; in (0, 1].</param>
    /// <param name="seed">Any number.</param>
    /// <returns>Markdown with the scores.</returns>
    public static string Run(double share, int seed)
    {
        Execute("dotnet", ["tool", "restore"], Machine.Repository);
        var table = new Table("project", "files", "of", "mutants", "killed", "timed out", "survived", "not covered", "score", "95 % interval");
        var worst = new Table("file", "mutants", "survived", "not covered");
        foreach (var project in Projects)
        {
            var sources = Sources(project);
            var drawn = Draw(sources, share, seed);
            var report = Mutate(project, drawn);
            var total = report.Total;
            var interval = ProportionInterval.Wilson(total.Noticed, total.All);
            table.Add(
                $"`{project}`", Count(drawn.Count), Count(sources.Count), Count(total.All), Count(total.Killed), Count(total.TimedOut), Count(total.Survived), Count(total.Uncovered),
                Percent((double)total.Noticed / total.All), $"{Percent(interval.Lower)} to {Percent(interval.Upper)}");
            foreach (var file in report.Files.Where(file => file.Noticed < file.All).OrderByDescending(file => file.All - file.Noticed).Take(6))
            {
                worst.Add($"`{file.Path}`", Count(file.All), Count(file.Survived), Count(file.Uncovered));
            }
        }

        return new StringBuilder()
            .AppendLine("Small changes of the code, one at a time, against the project's own tests; the score is the share that a test notices.")
            .AppendLine(CultureInfo.InvariantCulture, $"Files were drawn by chance: {Percent(share)} of each project's, seed {seed}. The interval is Wilson's, for mutants drawn one by one; whole files are drawn, so the")
            .AppendLine("true one is wider. Mutants that time out count as noticed; on a busy machine some of them would not.")
            .AppendLine().Append(table).AppendLine().AppendLine("Where most remain:").AppendLine().Append(worst)
            .ToString();
    }

    private static MutationReport Mutate(string project, IReadOnlyList<string> files)
    {
        var folder = Directory.CreateTempSubdirectory("canary-mutants-");
        try
        {
            var config = Path.Combine(folder.FullName, "stryker-config.json");
            File.WriteAllText(config, JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["stryker-config"] = new Dictionary<string, object>
                {
                    ["project"] = $"{project}.csproj",
                    ["test-runner"] = "mtp",
                    ["mutate"] = files.Select(file => $"**/{file}"),
                    ["reporters"] = new[] { "json", "progress" },
                    ["additional-timeout"] = 20_000,
                },
            }));
            Execute("dotnet", ["stryker", "--config-file", config, "--output", folder.FullName, "--skip-version-check"], Path.Combine(Machine.Repository, "tests", $"{project}.Tests"));
            var report = folder.GetFiles("mutation-report.json", SearchOption.AllDirectories).Single();
            return MutationReport.Read(File.ReadAllText(report.FullName), Machine.Repository);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> Sources(string project)
    {
        var root = Path.Combine(Machine.Repository, "src", project);
        return [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
    }

    private static List<string> Draw(List<string> sources, double share, int seed)
    {
        var shuffled = sources.ToArray();
        new Random(seed).Shuffle(shuffled);
        return [.. shuffled.Take(Math.Max(1, (int)Math.Round(share * shuffled.Length))).Order(StringComparer.Ordinal)];
    }

    private static void Execute(string program, IEnumerable<string> arguments, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder })!; // a new process, never null without the shell
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with status {process.ExitCode}");
        }
    }

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{100 * ratio:0.0} %");
}
