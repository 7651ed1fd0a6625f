using System.Globalization;

namespace Canary.Core;

/// <summary>Writes quantities as people read them.</summary>
internal static class Words
{
    /// <summary>Writes a duration in its two largest units, rounded down; one below zero, as clocks that differ give, as zero.</summary>
    public static string Duration(TimeSpan time)
    {
        var culture = CultureInfo.InvariantCulture;
        return time switch
        {
            { Ticks: <= 0 } => "0 s",
            { TotalSeconds: < 10 } when time.Milliseconds != 0 => string.Create(culture, $"{Math.Floor(time.TotalSeconds * 10) / 10:0.0} s"),
            { TotalMinutes: < 1 } => string.Create(culture, $"{Math.Floor(time.TotalSeconds):0} s"),
            { TotalHours: < 1 } => time.Seconds == 0 ? string.Create(culture, $"{time.Minutes} min") : string.Create(culture, $"{time.Minutes} min {time.Seconds} s"),
            { TotalDays: < 1 } => time.Minutes == 0 ? string.Create(culture, $"{time.Hours} h") : string.Create(culture, $"{time.Hours} h {time.Minutes} min"),
            _ => time.Hours == 0 ? string.Create(culture, $"{time.Days} d") : string.Create(culture, $"{time.Days} d {time.Hours} h"),
        };
    }
}
