using System.CommandLine;
using System.Globalization;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Scale;

/// <summary>The commands of the load program.</summary>
internal static class ScaleCommands
{
    public static IEnumerable<Command> Create(TimeProvider time, Option<string?> note) => [Abort(time, note), Ticks("ticks", time, note), Ticks("scale", time, note), Requests(time, note), Soak(time, note)];

    private static Command Soak(TimeProvider time, Option<string?> note)
    {
        const string picture = "soak.svg";
        var rollouts = Number("--rollouts", "How many Rollouts", 200);
        var replicas = Number("--replicas", "Pods of each", 2);
        var minutes = Number("--minutes", "How long", 30);
        var beat = Number("--beat", "Milliseconds between two things that happen", 250);
        var server = Server("sandbox");
        var command = new Command("soak", "Whether the engine grows while rollouts come and go (half an hour; Linux only)") { rollouts, replicas, minutes, beat, server, note };
        command.SetAction(async (parsed, cancellation) =>
        {
            var size = new ScaleSize(parsed.GetValue(rollouts), parsed.GetValue(replicas), parsed.GetValue(server) == "real");
            var (length, pause) = (parsed.GetValue(minutes), parsed.GetValue(beat));
            var run = new SoakRun(size, TimeSpan.FromMinutes(length), TimeSpan.FromMilliseconds(pause), TimeSpan.FromSeconds(10), time);
            var facts = await run.RunAsync(cancellation).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(Machine.Repository, "docs", picture), SoakReport.Draw(facts), cancellation).ConfigureAwait(false);
            Results.Put(
                "soak",
                string.Create(CultureInfo.InvariantCulture, $"{length} minutes of churn"),
                string.Create(CultureInfo.InvariantCulture, $"soak --rollouts {size.Rollouts} --replicas {size.Replicas} --minutes {length} --beat {pause} --server {(size.Real ? "real" : "sandbox")}"),
                parsed.GetValue(note),
                SoakReport.Write(facts, size, picture));
        });
        return command;
    }

    private static Command Requests(TimeProvider time, Option<string?> note)
    {
        var command = new Command("requests", "Which requests a complete rollout makes, and why (about one minute)") { note };
        command.SetAction(async (parsed, cancellation) =>
            Results.Put("requests", "Requests of one rollout", "requests", parsed.GetValue(note), RequestsReport.Write(await new RequestsRun(time).RunAsync(cancellation).ConfigureAwait(false))));
        return command;
    }

    private static Command Abort(TimeProvider time, Option<string?> note)
    {
        var rollouts = Number("--rollouts", "How many Rollouts", 1_000);
        var inProgress = Number("--in-progress", "How many of them are analysed", 100);
        var replicas = Number("--replicas", "Pods of each", 2);
        var samples = Number("--samples", "How many are aborted", 400);
        var pause = Number("--pause", "Milliseconds between two aborts", 200);
        var server = Server("real");
        var command = new Command("abort", "How long an abort takes with many Rollouts (about four minutes; Linux only)") { rollouts, inProgress, replicas, samples, pause, server, note };
        command.SetAction(async (parsed, cancellation) =>
        {
            var size = new ScaleSize(parsed.GetValue(rollouts), parsed.GetValue(replicas), parsed.GetValue(server) == "real");
            var (analysed, aborts, between) = (parsed.GetValue(inProgress), parsed.GetValue(samples), parsed.GetValue(pause));
            var facts = await new AbortRun(size, analysed, aborts, TimeSpan.FromMilliseconds(between), time).RunAsync(cancellation).ConfigureAwait(false);
            Results.Put(
                "abort",
                string.Create(CultureInfo.InvariantCulture, $"Aborts among {size.Rollouts:N0} Rollouts"),
                string.Create(CultureInfo.InvariantCulture, $"abort --rollouts {size.Rollouts} --in-progress {analysed} --replicas {size.Replicas} --samples {aborts} --pause {between} --server {(size.Real ? "real" : "sandbox")}"),
                parsed.GetValue(note),
                AbortReport.Write(facts, size, analysed));
        });
        return command;
    }

    private static Command Ticks(string part, TimeProvider time, Option<string?> note)
    {
        var many = part == "scale";
        var rollouts = Number("--rollouts", "How many Rollouts", many ? 10_000 : 1_000);
        var inProgress = Number("--in-progress", "How many of them are analysed", 1_000);
        var replicas = Number("--replicas", "Pods of each", many ? 1 : 2);
        var seconds = Number("--seconds", "How long is measured", 60);
        var server = Server(many ? "sandbox" : "real");
        var command = new Command(part, many
            ? "The same with ten times as many, of which a tenth is in progress, on the sandbox's server (about ten minutes; Linux only)"
            : "How late rounds of analysis are, and what they cost, with many rollouts in progress (about four minutes; Linux only)")
        {
            rollouts, inProgress, replicas, seconds, server, note,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var size = new ScaleSize(parsed.GetValue(rollouts), parsed.GetValue(replicas), parsed.GetValue(server) == "real");
            var (analysed, window) = (Math.Min(size.Rollouts, parsed.GetValue(inProgress)), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            var facts = await new TicksRun(size, analysed, window, time).RunAsync(cancellation).ConfigureAwait(false);
            Results.Put(
                part,
                string.Create(CultureInfo.InvariantCulture, $"{size.Rollouts:N0} Rollouts, {analysed:N0} in progress"),
                string.Create(CultureInfo.InvariantCulture, $"{part} --rollouts {size.Rollouts} --in-progress {analysed} --replicas {size.Replicas} --seconds {window.TotalSeconds:0} --server {(size.Real ? "real" : "sandbox")}"),
                parsed.GetValue(note),
                TicksReport.Write(facts, size, analysed));
        });
        return command;
    }

    private static Option<int> Number(string name, string what, int usual) => new(name) { Description = what, DefaultValueFactory = _ => usual };

    private static Option<string> Server(string usual)
    {
        var server = new Option<string>("--server") { Description = "real: etcd, kube-apiserver and kube-controller-manager as tests/setup.sh gives them; sandbox: in this process", DefaultValueFactory = _ => usual };
        server.AcceptOnlyFromAmong("real", "sandbox");
        return server;
    }
}
