using System.Globalization;

namespace Canary.Benchmarks.Idle;

/// <summary>The engine's own metrics at one moment, by series.</summary>
internal sealed class EngineMetrics
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);

    public static EngineMetrics Parse(string text)
    {
        var metrics = new EngineMetrics();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            var space = line.LastIndexOf(' ');
            metrics._series[line[..space]] = double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture);
        }

        return metrics;
    }

    /// <summary>The sum of all series of a metric.</summary>
    public double Sum(string name) => Of(name).Sum(series => series.Value);

    /// <summary>The different values that a label of a metric has.</summary>
    public IReadOnlyCollection<string> LabelValues(string name, string label)
    {
        var begin = $"{label}=\"";
        return [.. Of(name).Select(series => series.Key).Where(series => series.Contains(begin, StringComparison.Ordinal))
            .Select(series => series[(series.IndexOf(begin, StringComparison.Ordinal) + begin.Length)..])
            .Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).Distinct()];
    }

    /// <summary>How much each series of a metric has grown since <paramref name="earlier"/>; those that have not are left out.</summary>
    public IReadOnlyList<(string Series, double Value)> Growth(string name, EngineMetrics earlier) =>
        [.. Of(name).Select(series => (series.Key, series.Value - earlier._series.GetValueOrDefault(series.Key))).Where(series => series.Item2 > 0).OrderByDescending(series => series.Item2)];

    private IEnumerable<KeyValuePair<string, double>> Of(string name) => _series.Where(series => series.Key == name || series.Key.StartsWith(name + "{", StringComparison.Ordinal));
}
