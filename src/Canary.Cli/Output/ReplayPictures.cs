using Canary.Core.Analysis;
using Canary.Pictures;

namespace Canary.Cli.Output;

/// <summary>The pictures of a replay.</summary>
internal static class ReplayPictures
{
    /// <summary>Draws all that there is to draw.</summary>
    /// <returns>A name fit for a file, and the SVG.</returns>
    public static IEnumerable<(string Name, string Svg)> Draw(string name, Trajectory trajectory)
    {
        yield return ("evidence", Picture.Of(TrajectoryCharts.Evidence(trajectory, $"{name}: evidence against the candidate")));
        yield return ("acceptance", Picture.Of(TrajectoryCharts.Acceptance(trajectory, $"{name}: evidence for the candidate")));
        foreach (var metric in trajectory.Metrics)
        {
            var title = metric is MetricSpec.Latency { SlowerThan: null } ? "requests slower than stable's p99" : metric.Name;
            if (TrajectoryCharts.Ratio(trajectory, metric.Name, $"{name}: {title}, the candidate against stable") is { } ratio)
            {
                yield return ($"ratio-{FileName(metric.Name)}", Picture.Of(ratio));
            }

            if (TrajectoryCharts.Latency(trajectory, metric.Name, $"{name}: {metric.Name} of both revisions") is { } latency)
            {
                yield return ($"latency-{FileName(metric.Name)}", Picture.Of(latency));
            }
        }
    }

    /// <summary>Writes each picture into a folder.</summary>
    /// <returns>The paths.</returns>
    /// <exception cref="UsageException">The folder cannot be written to.</exception>
    public static IReadOnlyList<string> WriteTo(string folder, string name, Trajectory trajectory)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var paths = new List<string>();
            foreach (var (picture, svg) in Draw(name, trajectory))
            {
                var path = Path.Combine(folder, $"{picture}.svg");
                File.WriteAllText(path, svg);
                paths.Add(path);
            }

            return paths;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--svg {folder}: cannot be written: {wrong.Message}");
        }
    }

    // a metric's name comes from outside
    private static string FileName(string metric) => string.Concat(metric.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
}
