namespace Canary.Pictures;

/// <summary>Marks of moments: a line through the plot, and a label above it where there is room.</summary>
internal static class MarkRows
{
    private const double Gap = 8;

    // decisions stand above steps
    private static ReadOnlySpan<double> DecisionRows => [Plot.Top - 24.0];

    private static ReadOnlySpan<double> StepRows => [Plot.Top - 7.0];

    public static void Draw(Canvas canvas, TimeAxis time, IEnumerable<TimeMark> marks)
    {
        var taken = new List<(double Row, double From, double To)>();
        foreach (var mark in marks.OrderBy(mark => mark.Kind == TimeMarkKind.Decision ? 0 : 1).ThenBy(mark => mark.Seconds))
        {
            var decides = mark.Kind == TimeMarkKind.Decision;
            var x = time.At(mark.Seconds);
            canvas.Line(x, decides ? Plot.Top - 18 : Plot.Top, x, Plot.Bottom, decides ? "decision" : "step");
            foreach (var row in decides ? DecisionRows : StepRows)
            {
                // a label begins at its line, unless it would leave the picture
                var label = Plot.Shortened(mark.Label, Plot.PictureWidth - 40);
                var width = Plot.WidthOf(label);
                var from = Math.Min(decides ? x - 2 : x + 3, Plot.PictureWidth - 16 - width);
                if (taken.TrueForAll(other => other.Row != row || other.To + Gap < from || from + width + Gap < other.From))
                {
                    canvas.Text(from, row, label, decides ? "strong" : "quiet");
                    taken.Add((row, from, from + width));
                    break;
                }
            }
        }
    }
}
