using System.CommandLine;
using Canary.Cli.Files;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<OutputFormat> Output() => new("--output", "-o") { Description = "text for people, json for programs", DefaultValueFactory = _ => OutputFormat.Text };

    public static Option<ResourceFormat> ResourceOutput() => new("--output", "-o") { Description = "text or wide for people; json, yaml or name for programs", DefaultValueFactory = _ => ResourceFormat.Text };

    public static Option<bool> Ascii() => new("--ascii") { Description = "Draw with ASCII alone" };

    public static Option<string> Timeout(string description, string usual) => new("--timeout") { Description = description, HelpName = "TIME", DefaultValueFactory = _ => usual };

    /// <summary>Reads a duration.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan Duration(string option, string text) => DurationText.Parse(text) ?? throw new UsageException($"{option} {text}: {DurationText.Rule}");

    public static Option<FileInfo?> Metrics() => new("--metrics") { Description = "A file with an AnalysisTemplate or ClusterAnalysisTemplate to judge by", HelpName = "TEMPLATE.yaml" };

    public static Option<string[]> Arguments() => new("--arg") { Description = "A value for an argument of the template; may be repeated", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };

    public static Option<string[]> Settings() => new("--set") { Description = $"Another setting; may be repeated. One of {SettingChanges.Known}; METRIC.marginRatio=1.2 is for one metric", HelpName = "SETTING=VALUE", DefaultValueFactory = _ => [] };

    /// <summary>The metrics of a template's file.</summary>
    /// <returns>The metrics; null without a file.</returns>
    /// <exception cref="UsageException">Something is wrong with it.</exception>
    public static ValueList<MetricSpec>? ReadMetrics(FileInfo? file, string[] arguments)
    {
        var values = TemplateArguments(arguments);
        if (file is null)
        {
            return null;
        }

        var reading = TemplateDocuments.Read(RecordingFile.Text(file.FullName), values);
        return reading.Value ?? throw new UsageException(file.Name, reading.Problems);
    }

    public static ValueList<TemplateArgument> TemplateArguments(string[] arguments) => arguments.Select(argument =>
    {
        var at = argument.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? new TemplateArgument(argument[..at], argument[(at + 1)..])
            : throw new UsageException($"--arg {argument}: it is NAME=VALUE, such as error-margin=1.2");
    }).ToValueList();
}
