using System.CommandLine;
using Canary.Cli.Files;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Commands;

/// <summary><c>canary replay</c>: judges measurements again, with the engine's own rules.</summary>
internal static class ReplayCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "JSON Lines or a table of measurements (docs/analysis.md), or an AnalysisRun as kubectl get -o yaml writes it" };
        var metrics = SharedOptions.Metrics();
        var arguments = SharedOptions.Arguments();
        var settings = SharedOptions.Settings();
        var svg = new Option<DirectoryInfo?>("--svg") { Description = "Write the pictures into this folder", HelpName = "FOLDER" };
        var html = new Option<FileInfo?>("--html") { Description = "Write a page with the pictures and the numbers, which needs nothing else", HelpName = "FILE" };
        var all = new Option<bool>("--all") { Description = "Show every round, not only the telling ones" };
        var output = SharedOptions.Output();
        var command = new Command(
            "replay",
            "Judges measurements again with the same rules as the engine: what was known at each moment, what was decided, and what other settings would have decided. "
            + "Exit codes: 0 it was replayed, 2 wrong call or file.")
        {
            file, metrics, arguments, settings, svg, html, all, output,
        };
        command.SetAction(parsed =>
        {
            var recording = RecordingFile.Read(parsed.GetRequiredValue(file).FullName, SharedOptions.ReadMetrics(parsed.GetValue(metrics), parsed.GetRequiredValue(arguments)));
            var report = Report(recording, parsed.GetRequiredValue(settings));
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                terminal.Out.WriteLine(VerdictJson.Replay(report).ToJsonString(JsonText.Indented));
            }
            else
            {
                ReplayText.Write(terminal, report, parsed.GetValue(all));
            }

            foreach (var path in Written(parsed.GetValue(svg), parsed.GetValue(html), report))
            {
                terminal.Error.WriteLine($"wrote {path}");
            }

            return ExitCode.Pass;
        });
        return command;
    }

    /// <summary>Judges a recording with the settings of the call, with its own, and with others around those.</summary>
    public static ReplayReport Report(Recording recording, string[] changes)
    {
        var own = Replay.Run(recording.Metrics, recording.Spec, recording.Rounds);
        var (metrics, spec) = SettingChanges.Apply(recording.Metrics, recording.Spec, changes);
        var chosen = changes.Length == 0 ? own : Replay.Run(metrics, spec, recording.Rounds);
        var variants = ReplayVariant.Around(metrics, spec).Select(variant => new NamedTrajectory(variant.Name, Replay.Run(variant.Metrics, variant.Spec, recording.Rounds)));
        return new ReplayReport(
            recording.Name,
            recording.Notes,
            chosen,
            [new NamedTrajectory("as measured", own), .. changes.Length == 0 ? [] : new[] { new NamedTrajectory(string.Join(' ', changes), chosen) }, .. variants]);
    }

    private static IEnumerable<string> Written(DirectoryInfo? folder, FileInfo? page, ReplayReport report)
    {
        if (folder is not null)
        {
            foreach (var path in ReplayPictures.WriteTo(folder.FullName, report.Name, report.Trajectory))
            {
                yield return path;
            }
        }

        if (page is not null)
        {
            try
            {
                File.WriteAllText(page.FullName, HtmlReport.Write(report));
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"--html {page}: cannot be written: {wrong.Message}");
            }

            yield return page.FullName;
        }
    }
}
