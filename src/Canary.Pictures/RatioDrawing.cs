namespace Canary.Pictures;

/// <summary>Draws a ratio over time with its confidence sequence: on a logarithmic axis, where twice and half are equally far from 1.</summary>
internal static class RatioDrawing
{
    private const double LowestShown = 0.01;
    private const double HighestShown = 100;

    public static string Draw(RatioChart chart)
    {
        var time = new TimeAxis(chart.Points.Select(point => point.Seconds).Concat(chart.Marks.Select(mark => mark.Seconds)).DefaultIfEmpty(0).Max());
        var ratio = Axis(chart);
        var last = chart.Points.Count == 0 ? default : chart.Points[^1];
        var canvas = Plot.Begin("ratio", chart.Title, "candidate's ratio as a multiple of stable's, with its 95 % confidence sequence", Describe(chart, last));
        Plot.VerticalAxis(canvas, ratio.Ticks(9, Words.Ratio), "times the stable revision's");
        Plot.HorizontalAxis(canvas, time.Ticks(), time.Name);
        canvas.Line(Plot.Left, ratio.At(1), Plot.Right, ratio.At(1), "axis");
        MarkRows.Draw(canvas, time, chart.Marks);

        var lower = Thinning.Of([.. chart.Points.Select(point => (time.At(point.Seconds), ratio.At(Bounded(point.Lower ?? 0))))]);
        var upper = Thinning.Of([.. chart.Points.Select(point => (time.At(point.Seconds), ratio.At(Bounded(point.Upper ?? double.PositiveInfinity))))]);
        canvas.Shape([.. lower, .. upper.Reverse()], "region candidate", closed: true);
        foreach (var piece in Pieces(chart))
        {
            canvas.Shape(Thinning.Of([.. piece.Select(point => (time.At(point.Seconds), ratio.At(Bounded(point.Ratio!.Value))))]), "curve candidate");
        }

        canvas.Line(Plot.Left, ratio.At(chart.RollbackMargin), Plot.Right, ratio.At(chart.RollbackMargin), "bound bad");
        canvas.Line(Plot.Left, ratio.At(chart.AcceptanceMargin), Plot.Right, ratio.At(chart.AcceptanceMargin), "bound good");
        var labels = new List<(double Y, string Text, string Style)>
        {
            (ratio.At(chart.AcceptanceMargin), $"accept below {Words.Ratio(chart.AcceptanceMargin)}", "good"),
            (ratio.At(chart.RollbackMargin), $"worse than {Words.Ratio(chart.RollbackMargin)}", "bad"),
        };
        if (last.Ratio is { } estimate)
        {
            labels.Add((ratio.At(Bounded(estimate)), $"estimate {Words.Ratio(estimate)}", "candidate"));
        }

        if (last.Upper is { } end)
        {
            labels.Add((ratio.At(Bounded(end)), $"upper end {Words.Ratio(end)}", "quiet"));
        }

        if (last.Lower is { } start)
        {
            labels.Add((ratio.At(Bounded(start)), $"lower end {Words.Ratio(start)}", "quiet"));
        }

        EndLabels.Write(canvas, labels);
        if (chart.Points.Count == 0)
        {
            Plot.Empty(canvas);
        }

        return canvas.ToString();
    }

    /// <summary>Shows the margins, the second half of the interval's way, and all of the estimate's second half.</summary>
    private static LogAxis Axis(RatioChart chart)
    {
        var late = chart.Points.Skip(chart.Points.Count / 2).ToList();
        var shown = late.SelectMany(point => new[] { point.Ratio, point.Lower, point.Upper })
            .OfType<double>()
            .Where(value => value is >= LowestShown and <= HighestShown)
            .Concat([chart.RollbackMargin, chart.AcceptanceMargin, 1])
            .ToList();
        return new LogAxis(Math.Clamp(shown.Min() / 1.3, LowestShown / 2, 0.6), Math.Max(shown.Max() * 1.3, 2), Plot.Bottom, Plot.Top);
    }

    private static IEnumerable<List<RatioPoint>> Pieces(RatioChart chart)
    {
        var piece = new List<RatioPoint>();
        foreach (var point in chart.Points)
        {
            if (point.Ratio is not null)
            {
                piece.Add(point);
                continue;
            }

            if (piece.Count > 0)
            {
                yield return piece;
                piece = [];
            }
        }

        if (piece.Count > 0)
        {
            yield return piece;
        }
    }

    /// <summary>A logarithm needs a number above 0, and a picture one that ends.</summary>
    private static double Bounded(double ratio) => Math.Clamp(ratio, 1e-12, 1e12);

    private static string Describe(RatioChart chart, RatioPoint last)
    {
        var now = last.Ratio is { } ratio
            ? $"At the end the ratio is {Words.Ratio(ratio)}, with an interval from {Words.Ratio(last.Lower ?? 0)} to {(last.Upper is { } upper ? Words.Ratio(upper) : "no bound")}"
            : "There is no estimate at the end";
        return $"Over time, how many times the stable revision's ratio the candidate's is, on a logarithmic axis. {now}. Worse means above {Words.Ratio(chart.RollbackMargin)}; good enough means below {Words.Ratio(chart.AcceptanceMargin)}.";
    }
}
