using System.Globalization;
using System.Text.Json;
using Canary.Core;
using Canary.Core.Validation;
using Canary.Statistics;

namespace Canary.Cli.Files;

/// <summary>Reads one histogram: lines <c>le,count</c> as Prometheus has them, or a JSON object with bounds and cumulative counts.</summary>
internal static class HistogramFile
{
    /// <summary>Reads a file.</summary>
    /// <returns>Finite bounds in milliseconds, and the requests per bucket, one more.</returns>
    /// <exception cref="UsageException">It is none.</exception>
    public static (ValueList<double> Bounds, ValueList<double> Counts) Read(string path)
    {
        var text = RecordingFile.Text(path);
        var problems = new List<Problem>();
        var (bounds, cumulative) = text.TrimStart().StartsWith('{') ? Json(text, problems) : Table(text, problems);
        if (problems.Count == 0 && (bounds.Count == 0 || cumulative.Count != bounds.Count + 1 || cumulative[^1] <= 0))
        {
            problems.Add(new Problem("histogram", "needs a bound, one count more than bounds, and a request"));
        }

        for (var i = 0; i <= bounds.Count && problems.Count == 0; i++)
        {
            var rises = i == bounds.Count || bounds[i] > (i == 0 ? 0 : bounds[i - 1]);
            if (!rises || cumulative[i] < (i == 0 ? 0 : cumulative[i - 1]))
            {
                var name = i == bounds.Count ? "+Inf" : bounds[i].ToString(CultureInfo.InvariantCulture);
                problems.Add(new Problem($"bound {name}", "does not rise, or its count falls; bounds are milliseconds above 0, counts are cumulative"));
            }
        }

        return problems.Count == 0 ? (bounds.ToValueList(), Histograms.BucketCounts(cumulative).ToValueList()) : throw new UsageException(path, problems);
    }

    private static (IReadOnlyList<double> Bounds, IReadOnlyList<double> Cumulative) Json(string text, List<Problem> problems)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var fields = new Fields(document.RootElement, "histogram", problems);
            return (fields.Numbers("bounds") ?? [], fields.Numbers("counts") ?? []);
        }
        catch (JsonException wrong)
        {
            problems.Add(new Problem("histogram", $"is no JSON: {wrong.Message}"));
            return ([], []);
        }
    }

    private static (IReadOnlyList<double> Bounds, IReadOnlyList<double> Cumulative) Table(string text, List<Problem> problems)
    {
        var bounds = new List<double>();
        var cumulative = new List<double>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var cells = lines[i].Split(',', StringSplitOptions.TrimEntries);
            if (string.IsNullOrWhiteSpace(lines[i]) || (i == 0 && cells[0] == "le"))
            {
                continue;
            }

            if (cells.Length != 2 || !double.TryParse(cells[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var count) || count is not (>= 0 and <= 1L << 53))
            {
                problems.Add(new Problem($"line {i + 1}", $"is \"{lines[i]}\"; a line is a bound and a cumulative count: 250,1042"));
                continue;
            }

            cumulative.Add(count);
            if (cells[0] is "+Inf" or "Inf" or "inf")
            {
                continue;
            }

            if (!double.TryParse(cells[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var bound) || !double.IsFinite(bound))
            {
                problems.Add(new Problem($"line {i + 1}", $"has the bound \"{cells[0]}\"; a bound is a number of milliseconds, the last one +Inf"));
                continue;
            }

            bounds.Add(bound);
        }

        return (bounds, cumulative);
    }
}
