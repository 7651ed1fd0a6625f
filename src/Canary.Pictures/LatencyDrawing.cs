using System.Globalization;
using Canary.Core;
using Canary.Statistics;

namespace Canary.Pictures;

/// <summary>Draws the share of requests that are slower than each latency, on two logarithmic axes: a tail is as long as the body there.</summary>
internal static class LatencyDrawing
{
    private const int PointsInBucket = 8;
    private const double LineHeight = 15;
    private const double SmallestShare = 1e-5;

    public static string Draw(LatencyChart chart)
    {
        var latency = LatencyAxis(chart);
        var share = ShareAxis(chart);
        var canvas = Plot.Begin(
            "latency",
            chart.Title,
            $"share of requests slower than x; {Count(chart.Stable)} of stable, {Count(chart.Candidate)} of the candidate{Bars(chart)}",
            Describe(chart));
        Plot.VerticalAxis(canvas, share.Ticks(8, Words.Percent), "share of slower requests");
        Plot.HorizontalAxis(canvas, latency.Ticks(10, Words.Milliseconds), "response time");

        var labels = new List<(double Y, string Text, string Style)>();
        foreach (var mark in chart.Quantiles)
        {
            var height = share.At(1 - mark.Probability);
            canvas.Line(Plot.Left, height, Plot.Right, height, "step");
            Span(canvas, latency, height - 8, mark.Stable, "stable");
            Span(canvas, latency, height + 1, mark.Candidate, "candidate");
        }

        Curve(canvas, chart.Bounds, chart.Stable, latency, share, "stable");
        Curve(canvas, chart.Bounds, chart.Candidate, latency, share, "candidate");
        foreach (var mark in chart.Quantiles)
        {
            var height = share.At(1 - mark.Probability);
            Point(canvas, latency, height, mark.Stable, "stable");
            Point(canvas, latency, height, mark.Candidate, "candidate");
            labels.Add((height - LineHeight, Name(mark.Probability), "strong"));
            if (mark.Stable is { } stable)
            {
                labels.Add((height, $"stable {Words.Milliseconds(stable.Value)}", "stable"));
            }

            if (mark.Candidate is { } candidate)
            {
                labels.Add((height + LineHeight, $"candidate {Words.Milliseconds(candidate.Value)}", "candidate"));
            }
        }

        QuantileLabels(canvas, labels);
        if (chart.Stable[^1] == 0 && chart.Candidate[^1] == 0)
        {
            Plot.Empty(canvas);
        }

        return canvas.ToString();
    }

    private static void QuantileLabels(Canvas canvas, IEnumerable<(double Y, string Text, string Style)> labels)
    {
        var next = Plot.Top + 4.0;
        foreach (var label in labels)
        {
            // a quantile's name is the head of what follows
            var y = Math.Max(label.Y, label.Style == "strong" && next > Plot.Top + LineHeight ? next + 4 : next);
            if (y < Plot.PictureHeight - 10)
            {
                canvas.Text(Plot.Right + 11, y + 4, Plot.Shortened(label.Text, Plot.PictureWidth - Plot.Right - 15), label.Style);
            }

            next = y + LineHeight;
        }
    }

    private static void Span(Canvas canvas, LogAxis latency, double top, QuantileSpan? quantile, string arm)
    {
        if (quantile is { Lower: { } lower })
        {
            var from = latency.At(lower);
            var to = latency.At(quantile.Upper ?? double.MaxValue);
            canvas.Box(from, top, Math.Max(1, to - from), 7, $"span {arm}");
        }
    }

    private static void Point(Canvas canvas, LogAxis latency, double height, QuantileSpan? quantile, string arm)
    {
        if (quantile is not null)
        {
            canvas.Dot(latency.At(quantile.Value), height, 4, arm);
        }
    }

    private static void Curve(Canvas canvas, ValueList<double> bounds, ValueList<double> cumulative, LogAxis latency, LogAxis share, string arm)
    {
        var requests = cumulative[^1];
        if (requests == 0)
        {
            return;
        }

        // within a bucket requests are taken as evenly spread, as Prometheus takes them
        var points = new List<(double X, double Y)>();
        for (var bucket = 0; bucket < bounds.Count; bucket++)
        {
            var (from, until) = bucket == 0 ? (0, 0) : (bounds[bucket - 1], cumulative[bucket - 1]);
            for (var i = 0; i <= PointsInBucket; i++)
            {
                var part = (double)i / PointsInBucket;
                var at = from + part * (bounds[bucket] - from);
                var slower = (requests - until - part * (cumulative[bucket] - until)) / requests;
                if (at < latency.Lowest || slower <= 0)
                {
                    continue;
                }

                points.Add((latency.At(at), share.At(Math.Max(slower, share.Lowest))));
            }

            if (cumulative[bucket] >= requests)
            {
                // the last request seen: the curve goes down here
                points.Add((latency.At(bounds[bucket]), Plot.Bottom));
                break;
            }
        }

        canvas.Shape(points, $"curve {arm}");
    }

    private static LogAxis LatencyAxis(LatencyChart chart)
    {
        var bounds = NumberList.Create(chart.Bounds.AsSpan());
        var values = new List<double>();
        foreach (var arm in new[] { chart.Stable, chart.Candidate }.Where(arm => arm[^1] > 0))
        {
            values.Add(Histograms.Quantile(bounds, arm, 0.02));
            values.Add(chart.Bounds[Math.Min(chart.Bounds.Count - 1, arm.TakeWhile(count => count < arm[^1]).Count())]);
        }

        values.AddRange(chart.Quantiles.SelectMany(mark => new[] { mark.Stable, mark.Candidate }).OfType<QuantileSpan>().SelectMany(span => new[] { span.Lower, span.Upper }).OfType<double>());
        var shown = values.Where(value => value > 0 && double.IsFinite(value)).DefaultIfEmpty(chart.Bounds[^1]).ToList();
        return new LogAxis(shown.Min() / 1.2, Math.Max(shown.Max() * 1.05, shown.Min() * 2), Plot.Left, Plot.Right);
    }

    /// <summary>Down to the share of a single request, so that a step of the last requests is not the whole picture, and far enough for p99.</summary>
    private static LogAxis ShareAxis(LatencyChart chart)
    {
        var requests = Math.Max(chart.Stable[^1], chart.Candidate[^1]);
        var wanted = chart.Quantiles.Select(mark => 1 - mark.Probability).DefaultIfEmpty(0.01).Min() / 4;
        return new LogAxis(Math.Clamp(Math.Min(wanted, 2 / Math.Max(requests, 1)), SmallestShare, 0.1), 1, Plot.Bottom, Plot.Top);
    }

    private static string Count(ValueList<double> cumulative) => string.Create(CultureInfo.InvariantCulture, $"{cumulative[^1]:N0}");

    private static string Bars(LatencyChart chart) =>
        chart.Quantiles.Any(mark => mark.Stable?.Lower is not null || mark.Candidate?.Lower is not null) ? "; bars: 95 % intervals" : "";

    private static string Name(double probability) => string.Create(CultureInfo.InvariantCulture, $"p{100 * probability:0.###}");

    private static string Describe(LatencyChart chart)
    {
        var quantiles = chart.Quantiles.Select(mark => $"{Name(mark.Probability)}: stable {Words(mark.Stable)}, candidate {Words(mark.Candidate)}");
        return $"How large a share of requests is slower than a response time, for both revisions, on logarithmic axes. {string.Join("; ", quantiles)}.";

        static string Words(QuantileSpan? span) => span switch
        {
            null => "unknown",
            { Lower: { } lower } => $"{Pictures.Words.Milliseconds(span.Value)} (interval {Pictures.Words.Milliseconds(lower)} to {(span.Upper is { } upper ? Pictures.Words.Milliseconds(upper) : "no bound")})",
            _ => Pictures.Words.Milliseconds(span.Value),
        };
    }
}
