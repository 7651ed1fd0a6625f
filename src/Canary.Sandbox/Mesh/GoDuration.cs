using System.Globalization;
using System.Text.RegularExpressions;

namespace Canary.Sandbox.Mesh;

/// <summary>Durations as Go and protobuf write them: <c>1.5s</c>, <c>200ms</c>, <c>1m30s</c>.</summary>
internal static partial class GoDuration
{
    /// <returns>The duration, or null for null and for what cannot be read.</returns>
    public static TimeSpan? Parse(string? text)
    {
        if (text is null || !Whole().IsMatch(text))
        {
            return null;
        }

        var seconds = 0.0;
        foreach (Match part in Part().Matches(text))
        {
            var unit = part.Groups[2].Value switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" => 1e-6,
                _ => 1e-9,
            };
            seconds += double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * unit;
        }

        return TimeSpan.FromSeconds(seconds);
    }

    [GeneratedRegex(@"^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
