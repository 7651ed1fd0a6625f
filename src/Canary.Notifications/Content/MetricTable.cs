using System.Globalization;
using Canary.Core;
using Canary.Core.Notifications;

namespace Canary.Notifications.Content;

/// <summary>Shows the metrics as a table of fixed width: name, candidate, stable, ratio with its 95 % interval. Pure.</summary>
internal static class MetricTable
{
    private const int LongestName = 24;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>The table, without a line break at its end; empty when there are no metrics.</summary>
    public static string Of(ValueList<MetricLine> metrics)
    {
        if (metrics.Count == 0)
        {
            return "";
        }

        string[][] rows = [["metric", "candidate", "stable", "ratio (95 %)"], .. metrics.Select(Row)];
        var widths = Enumerable.Range(0, 4).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }

    /// <summary>A value with its unit.</summary>
    public static string Value(double? value, MetricUnit unit) => (value, unit) switch
    {
        (null, _) => "-",
        ({ } number, MetricUnit.Percent) => string.Create(Culture, $"{number:0.###} %"),
        ({ } number, MetricUnit.Milliseconds) => string.Create(Culture, $"{number:0.#} ms"),
        ({ } number, _) => number.ToString("G4", Culture),
    };

    /// <summary>The ratio with its interval; a dash when it cannot be estimated.</summary>
    public static string Ratio(MetricLine metric) => metric.Ratio is not { } ratio
        ? "-"
        : metric.RatioLower is { } lower
            ? string.Create(Culture, $"{ratio:G3} ({lower:G3} to {(metric.RatioUpper is { } upper ? upper.ToString("G3", Culture) : "?")})")
            : ratio.ToString("G3", Culture);

    private static string[] Row(MetricLine metric) =>
    [
        $"{(metric.Name.Length <= LongestName ? metric.Name : string.Concat(metric.Name.AsSpan(0, LongestName - 1), "…"))}{(metric.Failed ? " !" : "")}",
        Value(metric.Candidate, metric.Unit),
        Value(metric.Stable, metric.Unit),
        Ratio(metric),
    ];
}
