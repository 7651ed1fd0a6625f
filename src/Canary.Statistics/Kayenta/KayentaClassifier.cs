namespace Canary.Statistics;

/// <summary>Classifies one metric as Kayenta's judge NetflixACAJudge-v1.0 does, faults included.</summary>
/// <remarks>
/// The one difference: noise that Kayenta draws at random for constant series comes from the data, so that a verdict can be repeated. Source: Kayenta at commit a69573be, as described in
/// docs/analysis.md; checked against cases of its own tests and issues in KayentaClassifierTests. Pure; thread-safe.
/// </remarks>
public static class KayentaClassifier
{
    private const double Tolerance = 0.25;
    private const double Confidence = 0.98;
    private const double NoiseShare = 1e-5;
    private const double LowTail = 0.01;
    private const double HighTail = 0.99;

    /// <summary>Classifies a metric.</summary>
    /// <param name="metric">How it is treated.</param>
    /// <param name="baseline">Points of the baseline; NaN where one is missing.</param>
    /// <param name="candidate">Points of the candidate; NaN where one is missing.</param>
    /// <returns>The finding. Infinite points, of which a comparison makes no sense, give <see cref="KayentaClassification.Error"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static KayentaResult Classify(KayentaMetric metric, IReadOnlyList<double> baseline, IReadOnlyList<double> candidate) =>
        Classify(metric, baseline, candidate, Tolerance, Confidence);

    /// <summary>The same with another tolerance and confidence than Kayenta's judge has built in; its own tests use others.</summary>
    internal static KayentaResult Classify(KayentaMetric metric, IReadOnlyList<double> baseline, IReadOnlyList<double> candidate, double tolerance, double confidence)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(candidate);
        var (x, y) = (Prepared(metric, candidate), Prepared(metric, baseline));
        if (x.Length == 0 || y.Length == 0)
        {
            return WithoutData(metric);
        }

        if (!Array.TrueForAll(x, double.IsFinite) || !Array.TrueForAll(y, double.IsFinite))
        {
            return Error(metric);
        }

        // both are sorted here
        if (x.AsSpan().SequenceEqual(y) || (x[0] == x[^1] && y[0] == y[^1] && x[0] == y[0]))
        {
            return new(metric, KayentaClassification.Pass, false, 1, null);
        }

        if (x[0] == x[^1] && y[0] == y[^1])
        {
            var noise = new KayentaNoise(x, y);
            (x, y) = (noise.AddTo(x, NoiseShare), noise.AddTo(y, NoiseShare));
        }

        return KayentaInterval.Compute(x, y, confidence) is { } interval ? Compared(metric, x, y, interval, tolerance) : Error(metric);
    }

    /// <summary>A metric whose comparison could not be made.</summary>
    internal static KayentaResult Error(KayentaMetric metric) => new(metric, KayentaClassification.Error, false, 1, null);

    private static double[] Prepared(KayentaMetric metric, IReadOnlyList<double> values)
    {
        double[] points = metric.ReplacesMissing
            ? [.. values.Select(value => double.IsNaN(value) ? 0 : value)]
            : [.. values.Where(value => !double.IsNaN(value))];
        Array.Sort(points);
        return metric.RemovesOutliers && points.Length > 0 ? WithoutOutliers(points, metric.OutlierFactor) : points;
    }

    private static double[] WithoutOutliers(double[] sorted, double factor)
    {
        var (low, high) = (SampleQuantile.OfSorted(sorted, 0.25), SampleQuantile.OfSorted(sorted, 0.75));
        var least = Math.Min(SampleQuantile.OfSorted(sorted, LowTail), low - factor * (high - low));
        var most = Math.Max(SampleQuantile.OfSorted(sorted, HighTail), high + factor * (high - low));
        return [.. sorted.Where(value => !(value < least || value > most))];
    }

    private static KayentaResult WithoutData(KayentaMetric metric) =>
        metric.ReplacesMissing ? new(metric, KayentaClassification.Pass, false, 1, null)
        : metric.MustHaveData && !metric.IsCritical ? new(metric, KayentaClassification.NodataFailMetric, false, 1, null)
        : new(metric, KayentaClassification.Nodata, metric.IsCritical, 1, null);

    private static KayentaResult Compared(KayentaMetric metric, double[] x, double[] y, KayentaInterval interval, double tolerance)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var deviation = meanX == 0 || meanY == 0 ? double.NaN : meanX / meanY;
        var effect = metric.EffectMeasure == KayentaEffectMeasure.MeanRatio ? deviation : new RankedPair(x, y).Pairs / ((double)x.Length * y.Length);
        var bound = tolerance * Math.Abs(interval.Estimate);
        if (metric.Direction != SeriesDirection.Lower && interval.Lower > bound && IsAtLeast(effect, metric.AllowedIncrease ?? metric.NoEffect))
        {
            return new(metric, KayentaClassification.High, metric.IsCritical && IsAtLeast(effect, metric.CriticalIncrease ?? metric.NoEffect), deviation, interval);
        }

        if (metric.Direction != SeriesDirection.Higher && interval.Upper < -bound && IsAtMost(effect, metric.AllowedDecrease ?? metric.NoEffect))
        {
            return new(metric, KayentaClassification.Low, metric.IsCritical && IsAtMost(effect, metric.CriticalDecrease ?? metric.NoEffect), deviation, interval);
        }

        return new(metric, KayentaClassification.Pass, false, deviation, interval);
    }

    // an effect that is not known is as large as one likes
    private static bool IsAtLeast(double effect, double threshold) => double.IsNaN(effect) || effect >= threshold;

    private static bool IsAtMost(double effect, double threshold) => double.IsNaN(effect) || effect <= threshold;
}
