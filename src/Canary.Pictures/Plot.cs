namespace Canary.Pictures;

/// <summary>The frame that every picture shares: sizes in pixels.</summary>
internal static class Plot
{
    public const int PictureWidth = 760;
    public const int PictureHeight = 360;
    public const int Left = 98;
    public const int Top = 92;
    public const int Right = 596;
    public const int Bottom = 312;
    public const int Width = Right - Left;
    public const int Height = Bottom - Top;
    public const double FontSize = 12;

    /// <summary>An upper estimate of a text's width: no common font is wider on average.</summary>
    public static double WidthOf(string text) => text.Length * FontSize * 0.58;

    /// <summary>Title, subtitle and frame.</summary>
    public static Canvas Begin(string kind, string title, string subtitle, string description)
    {
        var canvas = new Canvas(kind, PictureWidth, PictureHeight, title, description);
        canvas.Text(20, 28, Shortened(title, PictureWidth - 40, 1.25), "title");
        canvas.Text(20, 46, Shortened(subtitle, PictureWidth - 40, 1), "quiet");
        return canvas;
    }

    /// <summary>A text that certainly fits.</summary>
    public static string Shortened(string text, double width, double scale = 1)
    {
        var most = (int)(width / (WidthOf("x") * scale));
        return text.Length <= most ? text : string.Concat(text.AsSpan(0, Math.Max(1, most - 1)).TrimEnd(), "…");
    }

    /// <summary>Horizontal lines with their labels, and what they measure.</summary>
    public static void VerticalAxis(Canvas canvas, IReadOnlyList<Tick> ticks, string name)
    {
        foreach (var tick in ticks)
        {
            canvas.Line(Left, tick.Position, Right, tick.Position, "grid");
            canvas.Text(Left - 8, tick.Position + 4, tick.Label, "quiet", Canvas.Anchor.End);
        }

        canvas.Upright(16, (Top + Bottom) / 2.0, name, "quiet");
    }

    /// <summary>Says that there is nothing to see yet.</summary>
    public static void Empty(Canvas canvas) =>
        canvas.Text((Left + Right) / 2.0, Bottom - 12, "nothing measured yet", "quiet", Canvas.Anchor.Middle);

    /// <summary>Small lines with their labels below the plot, and what they measure.</summary>
    public static void HorizontalAxis(Canvas canvas, IReadOnlyList<Tick> ticks, string name)
    {
        canvas.Line(Left, Bottom, Right, Bottom, "axis");
        var free = double.NegativeInfinity;
        foreach (var tick in ticks)
        {
            canvas.Line(tick.Position, Bottom, tick.Position, Bottom + 5, "axis");
            var half = WidthOf(tick.Label) / 2;
            if (tick.Position - half > free)
            {
                canvas.Text(tick.Position, Bottom + 19, tick.Label, "quiet", Canvas.Anchor.Middle);
                free = tick.Position + half + 4;
            }
        }

        canvas.Text((Left + Right) / 2.0, Bottom + 38, name, "quiet", Canvas.Anchor.Middle);
    }
}
