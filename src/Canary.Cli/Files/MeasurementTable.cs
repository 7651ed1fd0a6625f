using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Cli.Files;

/// <summary>Reads a table: time, arm, requests and errors of each block. The format stands in docs/analysis.md, "Files of measurements".</summary>
internal static class MeasurementTable
{
    private const int MostProblems = 20;

    private static readonly string[] Known = ["time", "arm", "requests", "errors", "weight"];

    /// <summary>The length of a block when there is only one.</summary>
    private static readonly TimeSpan UsualBlock = TimeSpan.FromSeconds(10);

    /// <summary>Whether a first line is the head of such a table.</summary>
    public static bool IsHead(string line) => Cells(line) is var cells && cells.Contains("time") && cells.Contains("arm");

    /// <summary>Reads a table.</summary>
    /// <param name="text">The whole file, the head first.</param>
    /// <param name="problems">Receives what is wrong, with its line.</param>
    /// <returns>The blocks in their order.</returns>
    public static IReadOnlyList<CountedBlock> Read(string text, List<Problem> problems)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var head = Cells(lines[0]);
        foreach (var column in Known[..4].Where(column => !head.Contains(column)))
        {
            problems.Add(new Problem("line 1", $"has no column {column}; the head is {string.Join(',', Known[..4])}, and weight if you like"));
        }

        foreach (var column in head.Where(column => !Known.Contains(column)))
        {
            problems.Add(new Problem("line 1", $"has a column \"{column}\", which is none of {string.Join(", ", Known)}"));
        }

        if (problems.Count > 0)
        {
            return [];
        }

        var rows = new List<Row>();
        for (var i = 1; i < lines.Length && problems.Count < MostProblems; i++)
        {
            if (!string.IsNullOrWhiteSpace(lines[i]) && ReadRow(head, Cells(lines[i]), i + 1, problems) is { } row)
            {
                if (rows.Count > 0 && row.At < rows[^1].At)
                {
                    problems.Add(new Problem($"line {i + 1}", "is earlier than the line before; lines stand in the order of time"));
                }

                rows.Add(row);
            }
        }

        return Blocks(rows);
    }

    private static List<CountedBlock> Blocks(List<Row> rows)
    {
        var blocks = new List<CountedBlock>();
        var groups = rows.GroupBy(row => row.At).ToList();
        for (var i = 0; i < groups.Count; i++)
        {
            var length = groups.Count == 1 ? UsualBlock : i == 0 ? groups[1].Key - groups[0].Key : groups[i].Key - groups[i - 1].Key;
            var weight = groups[i].Select(row => row.Weight).FirstOrDefault(weight => weight is not null);
            blocks.Add(new CountedBlock(groups[i].Key, length, weight, [Sum(groups[i], ArmName.Stable)], [Sum(groups[i], ArmName.Candidate)]));
        }

        return blocks;
    }

    private static MetricReading.Counts Sum(IEnumerable<Row> rows, ArmName arm)
    {
        var of = rows.Where(row => row.Arm == arm).ToList();
        return new(of.Sum(row => row.Requests), of.Sum(row => row.Errors));
    }

    private static Row? ReadRow(string[] head, string[] cells, int line, List<Problem> problems)
    {
        var before = problems.Count;
        if (cells.Length != head.Length)
        {
            problems.Add(new Problem($"line {line}", $"has {cells.Length} cells, the head has {head.Length}"));
            return null;
        }

        var at = Time(Cell("time"));
        if (at is null)
        {
            Wrong("time", "it is an RFC 3339 time, or seconds from the beginning");
        }

        var arm = Arms.Parse(Cell("arm"));
        if (arm is null or ArmName.Baseline)
        {
            Wrong("arm", "an arm is stable or candidate");
        }

        var requests = Count(Cell("requests"));
        if (requests is null)
        {
            Wrong("requests", "it is a count within the block, 0 or more");
        }

        var errors = Count(Cell("errors"));
        if (errors is null || errors > requests)
        {
            Wrong("errors", "it is a count within the block, from 0 to its requests");
        }

        Weight? weight = null;
        if (head.Contains("weight") && Cell("weight").Length > 0)
        {
            if (int.TryParse(Cell("weight"), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100)
            {
                weight = new Weight(percent);
            }
            else
            {
                Wrong("weight", "it is a whole percent from 0 to 100");
            }
        }

        // each null was a problem
        return problems.Count > before ? null : new Row(at!.Value, arm!.Value, requests!.Value, errors!.Value, weight);

        string Cell(string column) => cells[Array.IndexOf(head, column)];

        void Wrong(string column, string rule) => problems.Add(new Problem($"line {line}, {column}", $"is \"{Cell(column)}\"; {rule}"));
    }

    private static double? Count(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var count) && count is >= 0 and <= 1L << 40 ? count : null;

    private static DateTimeOffset? Time(string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds <= TimeSpan.FromDays(3650).TotalSeconds ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    private static string[] Cells(string line) => [.. line.Split(',').Select(cell => cell.Trim().Trim('"'))];

    private sealed record Row(DateTimeOffset At, ArmName Arm, double Requests, double Errors, Weight? Weight);
}
