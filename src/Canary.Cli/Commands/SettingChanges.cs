using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Commands;

/// <summary>Changes settings by words of a manifest: <c>falseRollback=0.05</c>, <c>errors.marginRatio=1.2</c>.</summary>
internal static class SettingChanges
{
    /// <summary>What can be set.</summary>
    public const string Known = "falseRollback, missedRegression, interval, warmUp, marginRatio, marginDifference, acceptRatio, acceptDifference";

    /// <summary>Applies changes in their order.</summary>
    /// <exception cref="UsageException">One is no setting, or its value is out of range.</exception>
    public static (ValueList<MetricSpec> Metrics, AnalysisSpec Spec) Apply(ValueList<MetricSpec> metrics, AnalysisSpec spec, IReadOnlyList<string> changes)
    {
        foreach (var change in changes)
        {
            var at = change.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new UsageException($"--set {change}: it is SETTING=VALUE, such as falseRollback=0.05");
            }

            var (name, value) = (change[..at], change[(at + 1)..]);
            (metrics, spec) = name switch
            {
                "falseRollback" => (metrics, spec with { FalseRollback = Number(change, value, v => v is > 0 and <= 0.5, "a ratio above 0, at most 0.5") }),
                "missedRegression" => (metrics, spec with { MissedRegression = Number(change, value, v => v is > 0 and <= 0.5, "a ratio above 0, at most 0.5") }),
                "interval" => (metrics, spec with { Interval = Duration(change, value, TimeSpan.FromMilliseconds(1)) }),
                "warmUp" => (metrics, spec with { WarmUp = Duration(change, value, TimeSpan.Zero) }),
                _ => (Moved(metrics, change, name, value), spec),
            };
        }

        RequireOrder(metrics);
        return (metrics, spec);
    }

    private static ValueList<MetricSpec> Moved(ValueList<MetricSpec> metrics, string change, string name, string value)
    {
        // a metric's name may have dots itself
        var dot = name.LastIndexOf('.');
        var of = dot < 0 ? null : name[..dot];
        var move = Move(change, name[(dot + 1)..], value);
        if (of is not null && metrics.All(metric => metric.Name != of))
        {
            throw new UsageException($"--set {change}: there is no metric {of}; there are {string.Join(", ", metrics.Select(metric => metric.Name))}");
        }

        return [.. metrics.Select(metric => of is null || metric.Name == of ? ReplayVariant.Moved([metric], move)[0] : metric)];
    }

    private static Func<Margins, Margins> Move(string change, string setting, string value)
    {
        switch (setting)
        {
            case "marginRatio" or "acceptRatio":
                var ratio = Number(change, value, v => v is >= 1 and <= 100, "1 to 100");
                return setting == "marginRatio" ? margins => margins with { Ratio = ratio } : margins => margins with { AcceptRatio = ratio };
            case "marginDifference" or "acceptDifference":
                var difference = Number(change, value, v => v is >= 0 and < 1, "a ratio in [0, 1)");
                return setting == "marginDifference" ? margins => margins with { Difference = difference } : margins => margins with { AcceptDifference = difference };
            default:
                throw new UsageException($"--set {change}: there is no setting {setting}; there are {Known}");
        }
    }

    private static void RequireOrder(ValueList<MetricSpec> metrics)
    {
        foreach (var metric in metrics)
        {
            ReplayVariant.Moved([metric], margins => margins.AcceptRatio + margins.AcceptDifference >= margins.Ratio + margins.Difference
                ? margins
                : throw new UsageException($"{metric.Name}: the acceptance bound lies within the margin, so that a candidate could be accepted and rolled back: set acceptRatio above marginRatio"));
        }
    }

    private static double Number(string change, string text, Func<double, bool> isGood, string rule) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && isGood(number)
            ? number
            : throw new UsageException($"--set {change}: the value is {rule}");

    private static TimeSpan Duration(string change, string text, TimeSpan least) =>
        DurationText.Parse(text) is { } duration && duration >= least ? duration : throw new UsageException($"--set {change}: {DurationText.Rule}");
}
