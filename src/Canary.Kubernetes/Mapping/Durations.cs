using System.Globalization;
using System.Text;

namespace Canary.Kubernetes.Mapping;

/// <summary>Durations as manifests write them: whole numbers with units h, m, s and ms, such as <c>1h30m</c>.</summary>
internal static class Durations
{
    /// <summary>The longest duration that is understood: ten years. Longer ones would leave the calendar when added to a time.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(87_600);

    private const int MaxLength = 32;

    /// <summary>Reads a duration.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="duration">The duration; zero when false is returned.</param>
    /// <returns>False when it is no duration, or is longer than <see cref="Longest"/>.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var milliseconds = 0m;
        var at = 0;
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            // at most 32 digits fit into the text, and a decimal only holds 28
            if (at == start || at - start > 20)
            {
                return false;
            }

            var number = decimal.Parse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture);
            var unit = Unit(text.AsSpan(at), out var length);
            if (length == 0)
            {
                return false;
            }

            milliseconds += number * unit;
            at += length;
        }

        if (milliseconds > (decimal)Longest.TotalMilliseconds)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)milliseconds * TimeSpan.TicksPerMillisecond);
        return true;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads it again; parts of a millisecond are cut off.</summary>
    public static string Write(TimeSpan duration)
    {
        var text = new StringBuilder();
        Append((long)duration.TotalHours, "h");
        Append(duration.Minutes, "m");
        Append(duration.Seconds, "s");
        Append(duration.Milliseconds, "ms");
        return text.Length == 0 ? "0s" : text.ToString();

        void Append(long number, string unit)
        {
            if (number > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{number}{unit}");
            }
        }
    }

    private static decimal Unit(ReadOnlySpan<char> text, out int length)
    {
        length = text.StartsWith("ms") ? 2 : 1;
        switch (text)
        {
            case ['m', 's', ..]:
                return 1;
            case ['s', ..]:
                return 1_000;
            case ['m', ..]:
                return 60_000;
            case ['h', ..]:
                return 3_600_000;
            default:
                length = 0;
                return 0;
        }
    }
}
