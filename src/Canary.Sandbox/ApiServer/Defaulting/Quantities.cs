using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// Writes quantities in the one form in which an API server returns them: no fraction, the largest suffix that allows that, and the kind of
/// suffix (decimal, binary, exponent) that the user chose. Source: the rules of resource.Quantity in kubernetes apimachinery.
/// </summary>
internal static partial class Quantities
{
    private const int Kilo = 1024;

    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

    /// <summary>Rewrites all values of a map from resources to quantities.</summary>
    public static void Canonicalize(JsonObject? map)
    {
        foreach (var name in map?.Select(entry => entry.Key).ToList() ?? [])
        {
            map!.Canonicalize(name);
        }
    }

    /// <summary>Rewrites one field, if it is there; what is no quantity stays for the validation.</summary>
    public static void Canonicalize(this JsonObject fields, string name)
    {
        if (fields[name] is JsonValue value && Canonical(value.ToString()) is { } canonical)
        {
            fields[name] = canonical;
        }
    }

    /// <summary>The canonical form of a quantity; null when the text is none.</summary>
    public static string? Canonical(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var digits = match.Groups["whole"].Value + match.Groups["fraction"].Value;
        var number = BigInteger.Parse(match.Groups["sign"].Value + digits, CultureInfo.InvariantCulture);
        var exponent = -match.Groups["fraction"].Length;
        var suffix = match.Groups["suffix"].Value;
        if (number.IsZero)
        {
            return "0";
        }

        if (Array.IndexOf(Binary, suffix) is > 0 and var power)
        {
            number *= BigInteger.Pow(Kilo, power);
            var whole = BigInteger.DivRem(number, BigInteger.Pow(10, -exponent), out var rest);
            return rest.IsZero && BigInteger.Abs(whole) >= Kilo ? WithBinarySuffix(whole) : WithDecimalSuffix(number, exponent, false);
        }

        return suffix is ['e' or 'E', _, ..]
            ? WithDecimalSuffix(number, exponent + int.Parse(suffix[1..], CultureInfo.InvariantCulture), true)
            : WithDecimalSuffix(number, exponent + (3 * (Array.IndexOf(Decimal, suffix) - 3)), false);
    }

    private static string WithBinarySuffix(BigInteger number)
    {
        var power = 0;
        for (; power < Binary.Length - 1 && (number % Kilo).IsZero; power++)
        {
            number /= Kilo;
        }

        return number.ToString(CultureInfo.InvariantCulture) + Binary[power];
    }

    private static string WithDecimalSuffix(BigInteger number, int exponent, bool asExponent)
    {
        for (; (number % 10).IsZero; exponent++)
        {
            number /= 10;
        }

        for (; exponent % 3 != 0 || exponent > 18; exponent--)
        {
            number *= 10;
        }

        var digits = number.ToString(CultureInfo.InvariantCulture);
        return asExponent ? exponent == 0 ? digits : $"{digits}e{exponent.ToString(CultureInfo.InvariantCulture)}" : digits + Decimal[Math.Max(0, 3 + (exponent / 3))];
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?:(?<whole>\d+)(?:\.(?<fraction>\d*))?|\.(?<fraction>\d+))(?<suffix>[KMGTPE]i|[numkMGTPE]?|[eE][+-]?\d{1,2})$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
