using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Cli.Commands;

/// <summary>Plans on a command line: <c>5:10m,25:10m,100:5m</c>.</summary>
internal static class PlanText
{
    public const string Rule = "a plan is WEIGHT:TIME, rising, such as 5:10m,25:10m,50:10m,100:5m";

    /// <summary>Reads a plan.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static ValueList<PlannedWeight> Parse(string text)
    {
        var steps = new List<PlannedWeight>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0
                || !int.TryParse(part.AsSpan(0, colon).TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
                || percent is < 1 or > 100
                || DurationText.Parse(part[(colon + 1)..]) is not { } duration
                || duration == TimeSpan.Zero)
            {
                throw new UsageException($"--plan: \"{part}\" is no step; {Rule}");
            }

            if (steps.Count > 0 && percent <= steps[^1].Weight.Percent)
            {
                throw new UsageException($"--plan: {percent} % follows {steps[^1].Weight}; {Rule}");
            }

            steps.Add(new PlannedWeight(new Weight(percent), duration));
        }

        return steps.Count > 0 ? steps.ToValueList() : throw new UsageException($"--plan is empty; {Rule}");
    }

    /// <summary>Writes a plan as <see cref="Parse"/> reads it.</summary>
    public static string Write(ValueList<PlannedWeight> steps) =>
        string.Join(',', steps.Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Weight.Percent}:{Written(step.Duration)}")));

    private static string Written(TimeSpan time) => time.TotalSeconds % 60 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0}m")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");
}
