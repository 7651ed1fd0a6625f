using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Pictures;

/// <summary>Makes the charts of a replayed or running analysis. Pure; thread-safe.</summary>
public static class TrajectoryCharts
{
    private static readonly double[] Quantiles = [0.5, 0.9, 0.99];

    /// <summary>The evidence against the candidate, of each metric and of all together.</summary>
    /// <param name="trajectory">What was found.</param>
    /// <param name="title">The heading, one line.</param>
    /// <returns>The chart.</returns>
    public static EvidenceChart Evidence(Trajectory trajectory, string title)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        var lines = Lines(trajectory, metric => metric.LogEvidence);
        if (trajectory.Metrics.Count > 1)
        {
            lines.Add(new EvidenceLine("together", Exposed(trajectory).Select(point => new TimePoint(Seconds(trajectory, point.At), point.Verdict.LogEvidence)).ToValueList(), IsCombined: true));
        }

        return new EvidenceChart
        {
            Title = title,
            Meaning = "odds against \"no worse than the margin\"",
            AtThreshold = "roll back",
            LogThreshold = Thresholds.LogThreshold(trajectory.Spec.FalseRollback),
            Lines = lines.ToValueList(),
            Marks = Marks(trajectory),
        };
    }

    /// <summary>The evidence for the candidate; each required metric must reach the threshold.</summary>
    /// <param name="trajectory">What was found.</param>
    /// <param name="title">The heading, one line.</param>
    /// <returns>The chart.</returns>
    public static EvidenceChart Acceptance(Trajectory trajectory, string title)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        return new EvidenceChart
        {
            Title = title,
            Meaning = "odds against \"beyond the acceptance bound\", for each metric",
            AtThreshold = "accept",
            LogThreshold = Thresholds.LogThreshold(trajectory.Spec.MissedRegression),
            IsGood = true,
            Lines = Lines(trajectory, metric => metric.LogAcceptance).ToValueList(),
            Marks = Marks(trajectory),
        };
    }

    /// <summary>The ratio of one metric.</summary>
    /// <param name="trajectory">What was found.</param>
    /// <param name="metric">The metric's name.</param>
    /// <param name="title">The heading, one line.</param>
    /// <returns>The chart; null when the metric is none with a ratio and margins, or there is no estimate yet.</returns>
    public static RatioChart? Ratio(Trajectory trajectory, string metric, string title)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        if (Margins(trajectory.Metrics.FirstOrDefault(spec => spec.Name == metric)) is not { } margins)
        {
            return null;
        }

        var points = Exposed(trajectory)
            .SelectMany(point => point.Verdict.Metrics.Where(verdict => verdict.Name == metric)
                .Select(verdict => new RatioPoint(Seconds(trajectory, point.At), verdict.Ratio, verdict.RatioLower, verdict.RatioUpper)))
            .ToValueList();
        return points.All(point => point.Lower is null && point.Upper is null)
            ? null
            : new RatioChart { Title = title, Points = points, RollbackMargin = margins.Ratio, AcceptanceMargin = margins.AcceptRatio, Marks = Marks(trajectory) };
    }

    /// <summary>The distributions of one metric.</summary>
    /// <param name="trajectory">What was found.</param>
    /// <param name="metric">The metric's name.</param>
    /// <param name="title">The heading, one line.</param>
    /// <returns>The chart; null when the metric has no histogram, or nothing was counted.</returns>
    public static LatencyChart? Latency(Trajectory trajectory, string metric, string title)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        if (trajectory.State.Metrics.FirstOrDefault(state => state.Name == metric) is not { UpperBounds.Count: > 1 } state
            || state.Stable.Count != state.UpperBounds.Count || state.Candidate.Count != state.UpperBounds.Count)
        {
            return null;
        }

        var dispersion = trajectory.Points.Count == 0 ? null : trajectory.Points[^1].Verdict.Metrics.FirstOrDefault(verdict => verdict.Name == metric)?.Dispersion;
        var bounds = state.UpperBounds.Take(state.UpperBounds.Count - 1).ToValueList();
        return new LatencyChart
        {
            Title = title,
            Bounds = bounds,
            Stable = state.Stable,
            Candidate = state.Candidate,
            Quantiles = Quantiles.Select(quantile => new QuantileMark(quantile, Span(bounds, state.Stable, quantile, dispersion), Span(bounds, state.Candidate, quantile, dispersion))).ToValueList(),
        };
    }

    private static QuantileSpan? Span(ValueList<double> bounds, ValueList<double> cumulative, double quantile, double? dispersion)
    {
        var value = Histograms.Quantile(bounds, cumulative, quantile);
        if (!(value > 0 && double.IsFinite(value)))
        {
            return null;
        }

        var interval = QuantileSequence.Of(NumberList.Create(bounds.AsSpan()), Histograms.BucketCounts(cumulative), quantile, dispersion: dispersion ?? StatisticsDefaults.Dispersion);

        // a logarithmic axis has no 0: what may lie in the first bucket begins at half of it
        return new QuantileSpan(value, interval.Lower > 0 ? interval.Lower : bounds[0] / 2, double.IsFinite(interval.Upper) ? interval.Upper : null);
    }

    private static Margins? Margins(MetricSpec? metric) => metric switch
    {
        MetricSpec.ErrorRate errors => errors.Margins,
        MetricSpec.Latency latency => latency.Margins,
        _ => null,
    };

    private static List<EvidenceLine> Lines(Trajectory trajectory, Func<MetricVerdict, double> evidence) =>
        [.. trajectory.Metrics.Select(metric => new EvidenceLine(
            metric.Name,
            Exposed(trajectory)
                .SelectMany(point => point.Verdict.Metrics.Where(verdict => verdict.Name == metric.Name).Select(verdict => new TimePoint(Seconds(trajectory, point.At), evidence(verdict))))
                .ToValueList()))];

    private static IEnumerable<TrajectoryPoint> Exposed(Trajectory trajectory) => trajectory.Points.Where(point => point.ExposedSince is not null);

    private static double Seconds(Trajectory trajectory, DateTimeOffset at) =>
        Math.Max(0, (at - (trajectory.ExposedSince ?? (trajectory.Points.Count > 0 ? trajectory.Points[0].At : at))).TotalSeconds);

    private static ValueList<TimeMark> Marks(Trajectory trajectory)
    {
        // a plan of one weight needs no marks
        var steps = trajectory.Steps.Count > 1 ? trajectory.Steps.Select(step => new TimeMark(Seconds(trajectory, step.From), step.Weight.ToString(), TimeMarkKind.Step)) : [];
        var decision = trajectory.Decision switch
        {
            { State: VerdictState.Fail, At: { } at, After: { } after } => [new TimeMark(Seconds(trajectory, at), $"roll back after {Time(after)}", TimeMarkKind.Decision)],
            { State: VerdictState.Pass, At: { } at, After: { } after } => [new TimeMark(Seconds(trajectory, at), $"accepted after {Time(after)}", TimeMarkKind.Decision)],
            _ => (IEnumerable<TimeMark>)[],
        };
        return [.. steps, .. decision];
    }

    private static string Time(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalMinutes):0} min{(time.Seconds > 0 ? $" {time.Seconds} s" : "")}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours):0} h {time.Minutes} min"),
    };
}
