using System.Globalization;
using System.Text;

namespace Canary.Metrics.Scrape;

/// <summary>Numbers as the text formats write them: <c>1</c>, <c>1.5e3</c>, <c>+Inf</c>, <c>NaN</c>.</summary>
internal static class PrometheusNumber
{
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        // Counters are mostly small integers, and those need no general parser.
        if (text.Length <= 15)
        {
            long whole = 0;
            var i = 0;
            while (i < text.Length && char.IsAsciiDigit((char)text[i]))
            {
                whole = (whole * 10) + (text[i++] - '0');
            }

            if (i == text.Length)
            {
                value = whole;
                return true;
            }
        }

        var unsigned = text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        if (unsigned.IsEmpty)
        {
            return false;
        }

        if (char.IsAsciiDigit((char)unsigned[0]) || unsigned[0] == '.')
        {
            return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value);
        }

        if (Ascii.EqualsIgnoreCase(unsigned, "inf"u8) || Ascii.EqualsIgnoreCase(unsigned, "infinity"u8))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        value = double.NaN;
        return Ascii.EqualsIgnoreCase(text, "nan"u8);
    }
}
