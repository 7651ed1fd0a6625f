namespace Canary.Core.Analysis;

/// <summary>Checks once what came from outside, so that the tests can trust it.</summary>
internal static class Readings
{
    /// <summary>2^53: above it a double no longer counts by ones.</summary>
    public const double LargestCount = 9007199254740992;

    /// <summary>The same round with each pod once, and every reading either counts or <see cref="MetricReading.Invalid"/>.</summary>
    public static Measurement Check(Measurement measurement) =>
        measurement with { Pods = measurement.Pods.DistinctBy(pod => pod.Uid).Select(Check).ToValueList() };

    private static PodReading Check(PodReading pod) => pod.Metrics.Count == 0 ? pod : pod with { Metrics = pod.Metrics.Select(Check).ToValueList() };

    private static MetricReading Check(MetricReading reading) => reading switch
    {
        MetricReading.Counts counts when !IsCount(counts.Requests) => new MetricReading.Invalid(FormattableString.Invariant($"the requests are {counts.Requests}, which is no count")),
        MetricReading.Counts counts when !IsCount(counts.Errors) => new MetricReading.Invalid(FormattableString.Invariant($"the errors are {counts.Errors}, which is no count")),
        MetricReading.Counts counts when counts.Errors > counts.Requests => new MetricReading.Invalid(FormattableString.Invariant($"there are {counts.Errors} errors among {counts.Requests} requests")),
        MetricReading.Buckets buckets => Check(buckets),
        MetricReading.Native native => Check(NativeReadings.Of(native)),
        MetricReading.Level level when !double.IsFinite(level.Value) => new MetricReading.Invalid(FormattableString.Invariant($"the value is {level.Value}, which is no number to judge by")),
        _ => reading,
    };

    private static MetricReading Check(MetricReading.Buckets buckets)
    {
        var (bounds, cumulative) = (buckets.UpperBounds, buckets.Cumulative);
        if (bounds.Count != cumulative.Count)
        {
            return new MetricReading.Invalid($"the histogram has {bounds.Count} bounds and {cumulative.Count} counts");
        }

        for (var i = 0; i < bounds.Count; i++)
        {
            if (!IsCount(cumulative[i]) || (i > 0 && cumulative[i] < cumulative[i - 1]))
            {
                return new MetricReading.Invalid(FormattableString.Invariant($"the histogram holds {cumulative[i]} up to {bounds[i]} ms, which is no cumulative count"));
            }

            if (double.IsNaN(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
            {
                return new MetricReading.Invalid("the histogram's bounds do not rise");
            }
        }

        // some libraries begin with a bucket up to 0, in which nothing can be: its requests are in the next one, too
        var first = bounds.TakeWhile(bound => bound <= 0).Count();
        if (bounds.Count - first < 2 || !double.IsPositiveInfinity(bounds[^1]))
        {
            return new MetricReading.Invalid("the histogram needs a bound above 0, and a last bucket without one");
        }

        return first == 0 ? buckets : new MetricReading.Buckets(bounds.Skip(first).ToValueList(), cumulative.Skip(first).ToValueList());
    }

    private static bool IsCount(double value) => value is >= 0 and <= LargestCount;
}
