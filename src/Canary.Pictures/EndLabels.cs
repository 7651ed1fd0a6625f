namespace Canary.Pictures;

/// <summary>Labels right of the plot, each as near to its line's end as the others let it.</summary>
internal static class EndLabels
{
    private const double Spacing = 15;

    /// <summary>Writes the labels.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="labels">Where each line ends, what to write, and its style.</param>
    public static void Write(Canvas canvas, IEnumerable<(double Y, string Text, string Style)> labels)
    {
        // stable: lines that end at the same place keep their order
        var sorted = labels.OrderBy(label => label.Y).ToList();
        if (sorted.Count == 0)
        {
            return;
        }

        var places = Spread([.. sorted.Select(label => label.Y)]);
        for (var i = 0; i < sorted.Count; i++)
        {
            if (places[i] > Plot.PictureHeight - 10)
            {
                // more labels than there is room for: the picture's description has them all
                break;
            }

            if (Math.Abs(places[i] - sorted[i].Y) > 3)
            {
                canvas.Line(Plot.Right + 1, sorted[i].Y, Plot.Right + 8, places[i], $"{sorted[i].Style} leader");
            }

            canvas.Text(Plot.Right + 11, places[i] + 4, Plot.Shortened(sorted[i].Text, Plot.PictureWidth - Plot.Right - 15), sorted[i].Style);
        }
    }

    private static double[] Spread(double[] wanted)
    {
        var places = (double[])wanted.Clone();
        var top = Plot.Top + 4.0;
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = Math.Max(places[i], i == 0 ? top : places[i - 1] + Spacing);
        }

        // what was pushed out below comes back up, as far as there is room
        var floor = (double)Plot.Bottom - 2;
        for (var i = places.Length - 1; i >= 0; i--)
        {
            var most = i == places.Length - 1 ? floor : places[i + 1] - Spacing;
            places[i] = Math.Max(Math.Min(places[i], most), top + i * Spacing);
        }

        return places;
    }
}
