using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Verdicts;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Evaluation;

/// <summary>The command that simulates rollouts and compares ways to judge them.</summary>
internal static class EvaluationCommand
{
    private const ulong UsualSeed = 20_261_125;

    public static Command Create(TimeProvider time, Option<string?> note)
    {
        var size = new Option<string>("--size") { Description = "small: a test of the program in seconds; default: the tables of docs/benchmarks.md", DefaultValueFactory = _ => EvaluationSize.Default.Name };
        size.AcceptOnlyFromAmong(EvaluationSize.Small.Name, EvaluationSize.Default.Name);
        var json = new Option<FileInfo?>("--json") { Description = "File to write a row per scenario and method to" };
        var seed = new Option<ulong>("--seed") { Description = "Everything that is drawn follows from it", DefaultValueFactory = _ => UsualSeed };
        var only = new Option<string[]>("--only") { Description = $"Some of the tables ({string.Join(", ", Parts.All.Select(part => part.Name))}), separated by commas; nothing is then written to docs/benchmarks.md", CustomParser = parsed => parsed.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray() };
        var command = new Command("evaluate", "False rollbacks, delays and bad requests of our tests and of those in use, on simulated rollouts (under 15 minutes on two cores)") { size, json, seed, only, note };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(
            EvaluationSize.Parse(parsed.GetRequiredValue(size)), parsed.GetValue(json), parsed.GetValue(seed), parsed.GetValue(only) ?? [], parsed.GetValue(note), time, cancellation)));
        return command;
    }

    private static int Run(EvaluationSize size, FileInfo? json, ulong seed, string[] only, string? note, TimeProvider time, CancellationToken cancellation)
    {
        var unknown = only.Except(Parts.All.Select(part => part.Name), StringComparer.OrdinalIgnoreCase).ToArray();
        if (unknown.Length > 0)
        {
            Console.Error.WriteLine($"There is no table {string.Join(", ", unknown)}; there are {string.Join(", ", Parts.All.Select(part => part.Name))}.");
            return 2;
        }

        var parts = Parts.All.Where(part => only.Length == 0 || only.Contains(part.Name, StringComparer.OrdinalIgnoreCase)).ToArray();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, size {size.Name}."));
        var rows = EvaluationRun.Simulate([.. parts.SelectMany(part => part.Scenarios(size))], seed, time, cancellation);
        if (json is not null)
        {
            File.WriteAllText(json.FullName, JsonSerializer.Serialize(rows, EvaluationJson.Default.IReadOnlyListEvaluationRow));
        }

        foreach (var part in parts)
        {
            Console.WriteLine($"## {part.Name}. {part.Title}\n\n{Pivot.Write([.. rows.Where(row => row.Table == part.Name)])}");
        }

        var checks = Checks.Of(rows, size);
        foreach (var check in checks)
        {
            Console.WriteLine($"- {check}");
        }

        if (only.Length == 0 && size == EvaluationSize.Default)
        {
            Results.Put("evaluation", "Evaluation of the verdict", FormattableString.Invariant($"evaluate --seed {seed}"), note, new EvaluationReport(rows, checks, seed).Write());
        }

        return checks.Any(check => check.Holds == false) ? 1 : 0;
    }
}
