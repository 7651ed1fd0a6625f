using System.Globalization;

namespace Canary.Cli.Output;

/// <summary>Numbers for people.</summary>
internal static class Figures
{
    private const double MostSpelt = 1e6;

    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    /// <summary>Odds of a natural logarithm.</summary>
    public static string Odds(double logEvidence)
    {
        var odds = Math.Exp(Math.Abs(logEvidence));
        var count = odds > MostSpelt ? "over 1,000,000" : odds < 10 ? odds.ToString("0.#", Culture) : odds.ToString("N0", Culture);
        return logEvidence >= 0 ? $"{count} to 1" : $"1 to {count}";
    }

    /// <summary>A ratio in three digits.</summary>
    public static string Ratio(double? ratio) => ratio switch
    {
        null => "-",
        > 1000 => "over 1,000",
        >= 100 => ratio.Value.ToString("0", Culture),
        >= 10 => ratio.Value.ToString("0.#", Culture),
        _ => ratio.Value.ToString("0.##", Culture),
    };

    /// <summary>A ratio of requests as a percent.</summary>
    public static string Percent(double ratio) => (100 * ratio) switch
    {
        >= 10 and var percent => string.Create(Culture, $"{percent:0.#} %"),
        >= 0.1 and var percent => string.Create(Culture, $"{percent:0.##} %"),
        0 => "0 %",
        var percent => string.Create(Culture, $"{percent:G2} %"),
    };

    /// <summary>A count.</summary>
    public static string Count(double count) => count.ToString("N0", Culture);

    /// <summary>How long something takes.</summary>
    public static string Time(TimeSpan? time) => time switch
    {
        null => "never",
        { TotalSeconds: > 0 and < 0.5 } => "under 1 s",
        { TotalSeconds: < 120 } => string.Create(Culture, $"{time.Value.TotalSeconds:0} s"),
        { TotalMinutes: < 120 } => string.Create(Culture, $"{time.Value.TotalMinutes:0.#} min"),
        { TotalHours: < 48 } => string.Create(Culture, $"{time.Value.TotalHours:0.#} h"),
        _ => string.Create(Culture, $"{time.Value.TotalDays:0.#} days"),
    };

    /// <summary>A span of time in its two largest units, to the second.</summary>
    public static string Span(TimeSpan time) => time switch
    {
        { Ticks: < 0 } => "0 s",
        { TotalMinutes: < 1 } => string.Create(Culture, $"{time.Seconds} s"),
        { TotalHours: < 1 } => time.Seconds == 0 ? string.Create(Culture, $"{time.Minutes} min") : string.Create(Culture, $"{time.Minutes} min {time.Seconds} s"),
        { TotalDays: < 1 } => time.Minutes == 0 ? string.Create(Culture, $"{time.Hours} h") : string.Create(Culture, $"{time.Hours} h {time.Minutes} min"),
        _ => time.Hours == 0 ? string.Create(Culture, $"{time.Days} d") : string.Create(Culture, $"{time.Days} d {time.Hours} h"),
    };

    /// <summary>How old something is, as kubectl writes it.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { Ticks: < 0 } => "0s",
        { TotalMinutes: < 2 } => string.Create(Culture, $"{(int)age.TotalSeconds}s"),
        { TotalHours: < 2 } => string.Create(Culture, $"{(int)age.TotalMinutes}m"),
        { TotalDays: < 2 } => string.Create(Culture, $"{(int)age.TotalHours}h"),
        _ => string.Create(Culture, $"{(int)age.TotalDays}d"),
    };

    /// <summary>A moment: the time within the day, in UTC.</summary>
    public static string Clock(DateTimeOffset at) => at.ToUniversalTime().ToString("HH:mm:ss", Culture);
}
