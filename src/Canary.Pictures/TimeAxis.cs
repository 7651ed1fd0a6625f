using System.Globalization;

namespace Canary.Pictures;

/// <summary>Positions in time, in seconds from the beginning. Immutable.</summary>
internal sealed record TimeAxis
{
    private static readonly double[] Strides = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

    private const double SecondsInMinute = 60;
    private const double SecondsInHour = 3600;

    private readonly double _end;

    /// <param name="end">The last second shown.</param>
    public TimeAxis(double end) => _end = Math.Max(1, end);

    /// <summary>The name of the axis with its unit.</summary>
    public string Name => $"{(Unit == 1 ? "seconds" : Unit == SecondsInMinute ? "minutes" : "hours")} since the first requests of the candidate";

    private double Unit => _end <= 2 * SecondsInMinute ? 1 : _end <= 2 * SecondsInHour ? SecondsInMinute : SecondsInHour;

    /// <summary>Where a second is; what is outside is at the nearest end.</summary>
    public double At(double seconds) => Plot.Left + Plot.Width * Math.Clamp(seconds / _end, 0, 1);

    /// <summary>Round times.</summary>
    public IReadOnlyList<Tick> Ticks()
    {
        const int Most = 9;
        var stride = Strides.FirstOrDefault(stride => _end / stride <= Most, 0);
        if (stride == 0)
        {
            stride = Math.Ceiling(_end / Most / Strides[^1]) * Strides[^1];
        }

        return [.. Enumerable.Range(0, (int)(_end / stride) + 1).Select(i => new Tick(i * stride, At(i * stride), (i * stride / Unit).ToString("0.##", CultureInfo.InvariantCulture)))];
    }
}
