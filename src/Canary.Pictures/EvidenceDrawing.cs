namespace Canary.Pictures;

/// <summary>Draws evidence over time: odds on a logarithmic axis.</summary>
internal static class EvidenceDrawing
{
    private const double Decade = 2.302585092994046;

    /// <summary>Evidence against what is looked for says little: a good candidate's falls without end.</summary>
    private const double LowestDecades = -3;

    /// <summary>Beyond the threshold so far, more evidence decides nothing.</summary>
    private const double DecadesBeyond = 3;

    public static string Draw(EvidenceChart chart)
    {
        var values = chart.Lines.SelectMany(line => line.Points).Select(point => point.Value / Decade).ToList();
        var threshold = chart.LogThreshold / Decade;
        var highest = Math.Clamp(values.DefaultIfEmpty(0).Max(), threshold, threshold + DecadesBeyond) + 0.5;
        var lowest = Math.Clamp(values.DefaultIfEmpty(0).Min(), LowestDecades, -0.5) - 0.2;
        var end = chart.Lines.SelectMany(line => line.Points).Select(point => point.Seconds).Concat(chart.Marks.Select(mark => mark.Seconds)).DefaultIfEmpty(0).Max();
        var time = new TimeAxis(end);
        var odds = new LogAxis(Math.Pow(10, lowest), Math.Pow(10, highest), Plot.Bottom, Plot.Top);

        var canvas = Plot.Begin("evidence", chart.Title, $"{chart.Meaning}; {chart.AtThreshold} at {Words.Odds(chart.LogThreshold)}", Describe(chart));
        Plot.VerticalAxis(canvas, odds.Ticks(8, value => Words.Odds(Math.Log(value))), "odds");
        Plot.HorizontalAxis(canvas, time.Ticks(), time.Name);
        canvas.Line(Plot.Left, odds.At(1), Plot.Right, odds.At(1), "axis");
        MarkRows.Draw(canvas, time, chart.Marks);
        var news = chart.IsGood ? "good" : "bad";
        var height = odds.At(Math.Exp(chart.LogThreshold));
        canvas.Line(Plot.Left, height, Plot.Right, height, $"bound {news}");

        var labels = new List<(double Y, string Text, string Style)> { (height, chart.AtThreshold, news) };
        var colour = 0;
        foreach (var line in chart.Lines.OrderBy(line => line.IsCombined))
        {
            var style = line.IsCombined ? "combined" : $"curve {Palette.Line(colour)}";
            canvas.Shape(Thinning.Of([.. line.Points.Select(point => (time.At(point.Seconds), Height(odds, point.Value)))]), style);
            if (line.Points.Count > 0)
            {
                var last = line.Points[^1].Value;
                labels.Add((Height(odds, last), $"{line.Name} {Words.Odds(last)}", line.IsCombined ? "strong" : Palette.Line(colour)));
            }

            colour += line.IsCombined ? 0 : 1;
        }

        EndLabels.Write(canvas, labels);
        if (chart.Lines.All(line => line.Points.Count == 0))
        {
            Plot.Empty(canvas);
        }

        return canvas.ToString();
    }

    private static double Height(LogAxis odds, double logEvidence) => odds.From + (odds.To - odds.From)
        * Math.Clamp((logEvidence - Math.Log(odds.Lowest)) / (Math.Log(odds.Highest) - Math.Log(odds.Lowest)), 0, 1);

    private static string Describe(EvidenceChart chart)
    {
        var lines = chart.Lines.Where(line => line.Points.Count > 0)
            .Select(line => $"{line.Name} ends at {Words.Odds(line.Points[^1].Value)}, at most {Words.Odds(line.Points.Max(point => point.Value))}");
        var marks = chart.Marks.Where(mark => mark.Kind == TimeMarkKind.Decision).Select(mark => mark.Label);
        return $"Over time, {chart.Meaning}, on a logarithmic axis. Threshold: {Words.Odds(chart.LogThreshold)}. {string.Join("; ", lines.Concat(marks))}.";
    }
}
