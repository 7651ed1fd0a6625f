using System.Globalization;
using System.Text.RegularExpressions;

namespace Canary.Cli.Commands;

/// <summary>Durations as manifests have them: 90s, 10m, 1h30m, 250ms.</summary>
internal static partial class DurationText
{
    public const string Rule = "a duration is a number with a unit, such as 30s, 10m or 1h30m";

    /// <summary>Reads a duration.</summary>
    /// <returns>The duration, 0 or more, at most a year; null when it is none.</returns>
    public static TimeSpan? Parse(string text)
    {
        var match = Pattern().Match(text);
        if (text.Length == 0 || !match.Success)
        {
            return null;
        }

        var seconds = Part(match, "h") * 3600 + Part(match, "m") * 60 + Part(match, "s") + Part(match, "ms") / 1000;
        return seconds <= TimeSpan.FromDays(366).TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static double Part(Match match, string unit) =>
        match.Groups[unit] is { Success: true, Value: var number } ? double.Parse(number, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?:(?<h>\d{1,6}(?:\.\d{1,6})?)h)?(?:(?<m>\d{1,7}(?:\.\d{1,6})?)m(?!s))?(?:(?<s>\d{1,9}(?:\.\d{1,9})?)s)?(?:(?<ms>\d{1,12})ms)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
