using System.Globalization;
using System.Text;

namespace Canary.Pictures;

/// <summary>Writes one SVG of a fixed size. One caller at a time.</summary>
/// <remarks>Coordinates are pixels from the upper left corner. Colours are in <see cref="Palette"/>'s classes only, so that they follow the reader's light or dark scheme.</remarks>
internal sealed class Canvas
{
    private readonly StringBuilder _body = new();
    private readonly string _head;

    public Canvas(string kind, int width, int height, string title, string description)
    {
        // the ids differ by kind and title, so that several pictures can stand in one page
        var id = $"{kind}-{Fingerprint(title)}";
        _head = $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc" class="canary">
            <title id="{id}-title">{Escape(title)}</title>
            <desc id="{id}-desc">{Escape(description)}</desc>
            <style>
            {Palette.Css}
            </style>
            <defs><clipPath id="{id}-plot"><rect x="{Plot.Left}" y="{Plot.Top}" width="{Plot.Width}" height="{Plot.Height}"/></clipPath></defs>
            <rect class="paper" x="0" y="0" width="{width}" height="{height}" rx="6"/>

            """.ReplaceLineEndings("\n");
        ClipId = $"{id}-plot";
    }

    /// <summary>Where an anchor of a text lies.</summary>
    public enum Anchor
    {
        Start,
        Middle,
        End,
    }

    private string ClipId { get; }

    /// <summary>Draws a straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _body.Append(Invariant($"<line class=\"{style}\" x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\"/>\n"));

    /// <summary>Draws a line through points, or fills what they enclose; only inside the plot.</summary>
    public void Shape(IReadOnlyList<(double X, double Y)> points, string style, bool closed = false)
    {
        if (points.Count == 0)
        {
            return;
        }

        _body.Append(Invariant($"<path class=\"{style}\" clip-path=\"url(#{ClipId})\" d=\""));
        for (var i = 0; i < points.Count; i++)
        {
            _body.Append(Invariant($"{(i == 0 ? 'M' : 'L')}{points[i].X:0.##} {points[i].Y:0.##}"));
        }

        _body.Append(closed ? "Z\"/>\n" : "\"/>\n");
    }

    /// <summary>Draws a filled box.</summary>
    public void Box(double x, double y, double width, double height, string style) =>
        _body.Append(Invariant($"<rect class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" rx=\"2\"/>\n"));

    /// <summary>Draws a dot.</summary>
    public void Dot(double x, double y, double radius, string style) =>
        _body.Append(Invariant($"<circle class=\"{style}\" cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\"/>\n"));

    /// <summary>Writes a text whose base line is at <paramref name="y"/>.</summary>
    public void Text(double x, double y, string text, string style, Anchor anchor = Anchor.Start) =>
        _body.Append(Invariant($"<text class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\"{AnchorOf(anchor)}>{Escape(text)}</text>\n"));

    /// <summary>Writes a text that reads upwards.</summary>
    public void Upright(double x, double y, string text, string style) =>
        _body.Append(Invariant($"<text class=\"{style}\" transform=\"translate({x:0.##} {y:0.##}) rotate(-90)\" text-anchor=\"middle\">{Escape(text)}</text>\n"));

    /// <summary>The picture.</summary>
    /// <returns>A whole SVG document, ending with a line break.</returns>
    public override string ToString() => _head + _body + "</svg>\n";

    private static string AnchorOf(Anchor anchor) => anchor switch
    {
        Anchor.Middle => " text-anchor=\"middle\"",
        Anchor.End => " text-anchor=\"end\"",
        _ => "",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),

                // XML has no way to write these, and names from outside could hold them
                < ' ' or '\ufffe' or '\uffff' => escaped.Append(' '),
                _ when char.IsSurrogate(c) => escaped.Append('?'),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>FNV-1a, the same on every machine and in every run.</summary>
    private static string Fingerprint(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
