using System.CommandLine;
using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Linting;

namespace Canary.Cli.Commands;

/// <summary><c>canary lint</c>: says what the engine would say of manifests, before they are applied.</summary>
internal static class LintCommand
{
    public static Command Create(ClusterCall call)
    {
        var access = new AccessOptions();
        var files = new Argument<string[]>("FILE") { Description = "Files, folders with *.yaml, *.yml and *.json, or - for the standard input", Arity = ArgumentArity.OneOrMore };
        var against = new Option<bool>("--with-cluster") { Description = "Look in the cluster for what the files do not have: templates, routes, the Service, the Deployment" };
        var output = new Option<LintFormat>("--output", "-o") { Description = "text for people, json for programs, github for annotations of a workflow", DefaultValueFactory = _ => LintFormat.Text };
        var command = new Command("lint", "Checks Rollouts and templates as the engine would: every field, and what they mean together with routes and Service. Exit codes: 0 nothing is wrong, 1 something is, 2 wrong call.") { files, against, output };
        access.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var inputs = Inputs(parsed.GetRequiredValue(files), call.Terminal);
            var format = parsed.GetValue(output);
            return parsed.GetValue(against)
                ? await call.RunAsync(access.Read(parsed), (connection, token) => CheckAsync(call.Terminal, inputs, connection, connection.Namespace, format, token), cancellation).ConfigureAwait(false)
                : await CheckAsync(call.Terminal, inputs, null, access.Read(parsed).Namespace ?? "default", format, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> CheckAsync(Terminal terminal, IReadOnlyList<(string Name, string Text)> inputs, ClusterConnection? connection, string ns, LintFormat format, CancellationToken cancellation)
    {
        var lint = new ManifestLint(ns, connection?.Api);
        foreach (var (name, text) in inputs)
        {
            lint.Add(name, text);
        }

        var report = await lint.CheckAsync(cancellation).ConfigureAwait(false);
        var wrong = report.Findings.Count(finding => !finding.Warning);
        switch (format)
        {
            case LintFormat.Json:
                terminal.Out.WriteLine(Json(report).ToJsonString(JsonText.Indented));
                break;
            case LintFormat.GitHub:
                foreach (var finding in report.Findings)
                {
                    terminal.Out.WriteLine($"::{(finding.Warning ? "warning" : "error")} file={Property(finding.File)},line={finding.Line},title={Property(finding.Subject)}::{Data($"{finding.Path} {finding.Message}".TrimStart())}");
                }

                break;
            default:
                foreach (var finding in report.Findings)
                {
                    var place = string.Join(' ', new[] { finding.Subject, finding.Path }.Where(part => part.Length > 0));
                    terminal.Out.WriteLine($"{finding.File}:{finding.Line}: {(finding.Warning ? terminal.Coloured("warning", Mood.Open) : terminal.Coloured("error", Mood.Bad))}: {(place.Length == 0 ? "" : place + " ")}{finding.Message}");
                }

                foreach (var unseen in report.Unseen)
                {
                    terminal.Error.WriteLine($"not checked: {unseen} is in none of the files{(connection is null ? "; --with-cluster looks for it" : "")}");
                }

                terminal.Error.WriteLine($"{report.Rollouts} Rollouts and {report.Templates} templates checked: {(wrong == 0 ? "nothing is wrong" : wrong == 1 ? "1 thing is wrong" : $"{wrong} things are wrong")}");
                break;
        }

        return wrong == 0 ? ExitCode.Pass : ExitCode.Fail;
    }

    private static List<(string Name, string Text)> Inputs(string[] files, Terminal terminal)
    {
        var inputs = new List<(string, string)>();
        foreach (var file in files)
        {
            try
            {
                if (file == "-")
                {
                    inputs.Add(("-", (terminal.Piped ?? throw new UsageException("-: there is no standard input")).ReadToEnd()));
                }
                else if (Directory.Exists(file))
                {
                    var found = Directory.EnumerateFiles(file, "*", SearchOption.AllDirectories)
                        .Where(path => Path.GetExtension(path) is ".yaml" or ".yml" or ".json").Order(StringComparer.Ordinal).ToList();
                    inputs.AddRange(found.Count == 0 ? throw new UsageException($"{file}: has no *.yaml, *.yml or *.json") : found.Select(path => (path, File.ReadAllText(path))));
                }
                else
                {
                    inputs.Add((file, File.ReadAllText(file)));
                }
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"{file}: cannot be read: {wrong.Message}");
            }
        }

        return inputs;
    }

    private static JsonObject Json(LintReport report) => new()
    {
        ["rollouts"] = report.Rollouts,
        ["templates"] = report.Templates,
        ["findings"] = new JsonArray([.. report.Findings.Select(finding => new JsonObject
        {
            ["file"] = finding.File,
            ["line"] = finding.Line,
            ["object"] = finding.Subject,
            ["path"] = finding.Path,
            ["message"] = finding.Message,
            ["severity"] = finding.Warning ? "warning" : "error",
        })]),
        ["notChecked"] = new JsonArray([.. report.Unseen.Select(unseen => JsonValue.Create(unseen))]),
    };

    // workflow commands end a message at a line's end, and a property at a comma or colon
    private static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    internal enum LintFormat
    {
        Text,
        Json,
        GitHub,
    }
}
