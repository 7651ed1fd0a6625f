using System.Globalization;

namespace Canary.Pictures;

/// <summary>Numbers for people.</summary>
internal static class Words
{
    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    /// <summary>Odds of a natural logarithm: <c>213 : 1</c>.</summary>
    public static string Odds(double logEvidence)
    {
        var decades = logEvidence / Math.Log(10);
        return decades >= 0 ? $"{Count(logEvidence)} : 1" : $"1 : {Count(-logEvidence)}";
    }

    /// <summary>A ratio with as many digits as matter.</summary>
    public static string Ratio(double ratio) => ratio switch
    {
        >= 100 => ratio.ToString("N0", Culture),
        >= 10 => ratio.ToString("0.#", Culture),
        >= 0.1 => ratio.ToString("0.##", Culture),
        _ => ratio.ToString("G2", Culture),
    };

    /// <summary>Milliseconds or seconds, as is shorter.</summary>
    public static string Milliseconds(double value) => value switch
    {
        >= 1000 => string.Create(Culture, $"{value / 1000:0.##} s"),
        >= 100 => string.Create(Culture, $"{value:0} ms"),
        >= 10 => string.Create(Culture, $"{value:0.#} ms"),
        >= 0.01 => string.Create(Culture, $"{value:0.##} ms"),
        _ => string.Create(Culture, $"{value * 1000:0.##} µs"),
    };

    /// <summary>A share of requests as a percent.</summary>
    public static string Percent(double ratio) => string.Create(Culture, $"{100 * ratio:0.######} %");

    private static string Count(double log)
    {
        if (double.IsPositiveInfinity(log))
        {
            return "∞";
        }

        var value = Math.Exp(log);
        return value switch
        {
            < 10 => value.ToString("0.#", Culture),
            < 99_999.5 => value.ToString("N0", Culture),
            _ => $"10{Superscript((int)Math.Floor(log / Math.Log(10) + 1e-9))}",
        };
    }

    private static string Superscript(int number) =>
        string.Concat(number.ToString(Culture).Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']));
}
