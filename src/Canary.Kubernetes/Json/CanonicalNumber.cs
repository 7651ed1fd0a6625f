using System.Globalization;
using System.Numerics;

namespace Canary.Kubernetes.Json;

/// <summary>One text for every number, by value and exactly: no float is involved, so no digit is lost.</summary>
internal static class CanonicalNumber
{
    /// <summary>Numbers with more zeros than this at the end are written with an exponent.</summary>
    private const int MaxZeros = 20;

    /// <summary>Reads a JSON number's text; gives <c>-?digits(.digits)?</c> or, for very large or small ones, <c>-?digits</c> and an exponent.</summary>
    public static string Of(string number)
    {
        var negative = number.StartsWith('-');
        var mantissaEnd = number.IndexOfAny(['e', 'E']);
        var mantissa = number[(negative ? 1 : 0)..(mantissaEnd < 0 ? number.Length : mantissaEnd)];
        var exponent = mantissaEnd < 0 ? BigInteger.Zero : BigInteger.Parse(number[(mantissaEnd + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }

        var significant = mantissa.TrimStart('0');
        var digits = significant.TrimEnd('0');
        if (digits.Length == 0)
        {
            return "0"; // minus zero included
        }

        exponent += significant.Length - digits.Length;
        return (negative ? "-" : string.Empty) + Place(digits, exponent);
    }

    /// <summary>Writes <paramref name="digits"/> times ten to the power of <paramref name="exponent"/>.</summary>
    private static string Place(string digits, BigInteger exponent)
    {
        if (exponent >= 0)
        {
            return exponent <= MaxZeros ? digits + new string('0', (int)exponent) : Exponential(digits, exponent);
        }

        var decimals = -exponent;
        if (decimals - digits.Length > MaxZeros)
        {
            return Exponential(digits, exponent);
        }

        var padded = digits.PadLeft((int)decimals + 1, '0');
        return $"{padded[..^(int)decimals]}.{padded[^(int)decimals..]}";
    }

    private static string Exponential(string digits, BigInteger exponent) => string.Create(CultureInfo.InvariantCulture, $"{digits}e{exponent}");
}
