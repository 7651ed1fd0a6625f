using System.Globalization;

namespace Canary.Core.Analysis;

/// <summary>Numbers as people read them.</summary>
internal static class Phrase
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Percent(double bad, double requests) => (100 * bad / requests) switch
    {
        >= 1 and var percent => string.Create(Culture, $"{percent:0.#} %"),
        >= 0.1 and var percent => string.Create(Culture, $"{percent:0.##} %"),
        > 0 and < 0.0001 => "under 0.0001 %",
        var percent => string.Create(Culture, $"{percent:G2} %"),
    };

    public static string Number(double value) => value switch
    {
        > 1000 => "over 1,000",
        >= 10 => value.ToString("0", Culture),
        _ => value.ToString("0.##", Culture),
    };

    public static string Milliseconds(double value) => value switch
    {
        >= 100 => string.Create(Culture, $"{value:N0} ms"),
        >= 10 => string.Create(Culture, $"{value:0.#} ms"),
        _ => string.Create(Culture, $"{value:0.##} ms"),
    };

    /// <summary>Any level, with four digits.</summary>
    public static string Level(double value) => value.ToString("G4", Culture);

    /// <summary>Evidence as what a bet would have returned.</summary>
    public static string Odds(double logEvidence) =>
        logEvidence > Math.Log(1e6) ? "over 1,000,000 to 1" : string.Create(Culture, $"{Math.Exp(logEvidence):N0} to 1");
}
