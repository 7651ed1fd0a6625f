using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Canary.Pictures.Tests;

/// <summary>About where a text of an SVG is seen.</summary>
internal sealed partial record TextBox(string Text, double Left, double Top, double Right, double Bottom)
{
    /// <summary>Average width of DejaVu Sans, the widest of the fonts that are asked for, as a share of its size.</summary>
    private const double CharacterWidth = 0.56;

    public static TextBox Of(XElement text)
    {
        var size = ((string)text.Attribute("class")!).Contains("title", StringComparison.Ordinal) ? 15 : 12;
        var width = text.Value.Length * size * CharacterWidth;
        if ((string?)text.Attribute("transform") is { } transform)
        {
            var at = Numbers().Matches(transform).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture)).ToArray();
            return new(text.Value, at[0] - size, at[1] - width / 2, at[0] + 2, at[1] + width / 2);
        }

        var (x, y) = ((double)text.Attribute("x")!, (double)text.Attribute("y")!);
        var left = (string?)text.Attribute("text-anchor") switch { "middle" => x - width / 2, "end" => x - width, _ => x };
        return new(text.Value, left, y - size * 0.75, left + width, y + 2);
    }

    public bool Overlaps(TextBox other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Numbers();
}
