using System.CommandLine;
using Canary.Cli.Files;
using Canary.Cli.Live;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary><c>canary analyze</c>: judges two versions, from a file or as they serve now.</summary>
internal static class AnalyzeCommand
{
    public static Command Create(Terminal terminal, TimeProvider time)
    {
        var file = new Argument<FileInfo?>("FILE") { Description = "Measurements to judge (docs/analysis.md); without it, pods are measured now", Arity = ArgumentArity.ZeroOrOne };
        var stable = new Option<string?>("--stable") { Description = $"The pods that serve: {PodSelection.Forms}", HelpName = "PODS" };
        var candidate = new Option<string?>("--candidate") { Description = "The pods on trial, in the same words", HelpName = "PODS" };
        var access = new AccessOptions();
        var templates = new Option<string[]>("--template") { Description = "An AnalysisTemplate or ClusterAnalysisTemplate of the cluster; may be repeated. golden-signals by default", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var metrics = SharedOptions.Metrics();
        var arguments = SharedOptions.Arguments();
        var settings = SharedOptions.Settings();
        var duration = new Option<string>("--for") { Description = "How long to measure at most; it ends early on proof", HelpName = "TIME", DefaultValueFactory = _ => "5m" };
        var atLeast = new Option<string>("--at-least") { Description = "A candidate passes no sooner", HelpName = "TIME", DefaultValueFactory = _ => "0s" };
        var weight = new Option<int?>("--weight") { Description = "The candidate's percent of the requests, if it is known", HelpName = "PERCENT" };
        var record = new Option<FileInfo?>("--record") { Description = "Write what is measured to this file, for canary replay", HelpName = "FILE" };
        var output = SharedOptions.Output();
        var command = new Command("analyze", $"Judges whether a candidate is worse than stable: from a file, or from both versions' pods as they serve now. {ExitCode.Help}")
        {
            file, stable, candidate, templates, metrics, arguments, settings, duration, atLeast, weight, record, output,
        };
        access.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var judged = SharedOptions.ReadMetrics(parsed.GetValue(metrics), parsed.GetRequiredValue(arguments));
            var format = parsed.GetValue(output);
            if (parsed.GetValue(file) is { } recorded)
            {
                if (parsed.GetValue(stable) is not null || parsed.GetValue(candidate) is not null)
                {
                    throw new UsageException("a FILE is judged, or pods are measured now: leave out the file, or --stable and --candidate");
                }

                return FromFile(terminal, recorded, judged, parsed.GetRequiredValue(settings), format);
            }

            var question = new LiveQuestion
            {
                Stable = Pods("--stable", parsed.GetValue(stable)),
                Candidate = Pods("--candidate", parsed.GetValue(candidate)),
                Access = access.Read(parsed),
                Templates = parsed.GetRequiredValue(templates) is { Length: > 0 } names ? names : ["golden-signals"],
                Metrics = judged,
                Arguments = SharedOptions.TemplateArguments(parsed.GetRequiredValue(arguments)),
                Settings = parsed.GetRequiredValue(settings),
                For = Duration("--for", parsed.GetRequiredValue(duration)),
                AtLeast = Duration("--at-least", parsed.GetRequiredValue(atLeast)),
                Weight = parsed.GetValue(weight) is { } percent ? new Weight(percent is >= 1 and <= 99 ? percent : throw new UsageException($"--weight is {percent}; it is a percent from 1 to 99")) : null,
                Record = parsed.GetValue(record)?.FullName,
            };
            return await new LiveAnalysis(terminal, time, question).RunAsync(format, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static int FromFile(Terminal terminal, FileInfo file, ValueList<MetricSpec>? judged, string[] settings, OutputFormat format)
    {
        var recording = RecordingFile.Read(file.FullName, judged);
        var (metrics, spec) = SettingChanges.Apply(recording.Metrics, recording.Spec, settings);
        var trajectory = Replay.Run(metrics, spec, recording.Rounds);
        if (trajectory.Points.Count == 0)
        {
            terminal.Error.WriteLine($"{file.Name}: nothing was measured");
            return ExitCode.Inconclusive;
        }

        AnalysisText.Write(terminal, trajectory, format);
        foreach (var note in recording.Notes)
        {
            terminal.Error.WriteLine($"note: {note}");
        }

        return VerdictText.Exit(trajectory.Decision.State);
    }

    private static PodSelection Pods(string option, string? text) => PodSelection.Parse(text)
        ?? throw new UsageException(text is null ? $"{option} PODS is needed, or a FILE of measurements; PODS is {PodSelection.Forms}" : $"{option} {text}: it is {PodSelection.Forms}");

    private static TimeSpan Duration(string option, string text) => DurationText.Parse(text) ?? throw new UsageException($"{option} {text}: {DurationText.Rule}");
}
