using System.CommandLine;
using System.Globalization;
using Canary.Benchmarks.CommandLines;
using Canary.Benchmarks.Evaluation;
using Canary.Benchmarks.Functions;
using Canary.Benchmarks.Idle;
using Canary.Benchmarks.Mutants;
using Canary.Benchmarks.Report;
using Canary.Benchmarks.Scale;

_ = Machine.Commit; // before the long work, in which somebody may go on editing
var note = new Option<string?>("--note") { Description = "What readers must know of the machine at this time, such as what else runs on it" };

var functions = new Command("functions", "What one call costs: rules, statistics, records, mapping, parsing (a few minutes)") { note };
functions.SetAction(parsed => Results.Put("functions", "Functions", "functions", parsed.GetValue(note), FunctionsRun.Run()));

var rollouts = new Option<int>("--rollouts") { Description = "How many Rollouts", DefaultValueFactory = _ => 1000 };
var replicas = new Option<int>("--replicas") { Description = "Pods of each", DefaultValueFactory = _ => 2 };
var seconds = new Option<int>("--seconds") { Description = "How long each run idles", DefaultValueFactory = _ => 60 };
var idle = new Command("idle", "What the engine costs with many idle Rollouts, in a sandbox (about ten minutes; Linux only)") { rollouts, replicas, seconds, note };
idle.SetAction(async (parsed, cancellation) =>
{
    var (count, pods, window) = (parsed.GetValue(rollouts), parsed.GetValue(replicas), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
    using var run = new IdleRun(count, pods, window, TimeProvider.System);
    var facts = await run.RunAsync(cancellation);
    var command = string.Create(CultureInfo.InvariantCulture, $"idle --rollouts {count} --replicas {pods} --seconds {window.TotalSeconds:0}");
    Results.Put("idle", string.Create(CultureInfo.InvariantCulture, $"{count:N0} idle Rollouts"), command, parsed.GetValue(note), IdleReport.Write(facts, count, pods, window));
});

var program = new Option<FileInfo>("--program") { Description = "The command line as it was published", Required = true };
var runs = new Option<int>("--runs") { Description = "How often each command runs", DefaultValueFactory = _ => 30 };
var cli = new Command("cli", "How long the command line takes, as published, against a sandbox (a minute)") { program, runs, note };
cli.SetAction(async (parsed, cancellation) =>
{
    var (published, count) = (parsed.GetRequiredValue(program), parsed.GetValue(runs));
    Results.Put("cli", "The command line", $"cli --program {published.Name}", parsed.GetValue(note), await CommandLineRun.RunAsync(published, count, TimeProvider.System, cancellation));
});

var share = new Option<double>("--share") { Description = "The share of mutants that are tried, in (0, 1]", DefaultValueFactory = _ => 1 };
var seed = new Option<int>("--seed") { Description = "Which mutants are drawn", DefaultValueFactory = _ => 1 };
var parallel = new Option<int>("--parallel") { Description = "How many mutants are tried at a time", DefaultValueFactory = _ => Environment.ProcessorCount };
var only = new Option<string?>("--only") { Description = "One project, whose survivors are printed; docs/benchmarks.md stays as it is" };
var mutants = new Command("mutants", "How many small changes of Statistics and Core the tests notice (with --share 0.1 some 15 minutes)") { share, seed, parallel, only, note };
mutants.SetAction(async parsed =>
{
    var (part, draw, project) = (parsed.GetValue(share), parsed.GetValue(seed), parsed.GetValue(only));
    var text = await MutantsRun.RunAsync(project is null ? MutantsRun.Projects : [project], part, draw, parsed.GetValue(parallel), TimeProvider.System);
    if (project is null)
    {
        Results.Put("mutants", "Mutants", string.Create(CultureInfo.InvariantCulture, $"mutants --share {part} --seed {draw}"), parsed.GetValue(note), text);
    }
    else
    {
        Console.WriteLine(text);
    }
});

var root = new RootCommand("Measures Canary and writes docs/benchmarks.md. Build it in Release.") { functions, idle, cli, mutants, EvaluationCommand.Create(TimeProvider.System, note) };
foreach (var command in ScaleCommands.Create(TimeProvider.System, note))
{
    root.Add(command);
}

return await root.Parse(args).InvokeAsync();
