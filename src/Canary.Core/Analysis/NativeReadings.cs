using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Makes cumulative buckets of native histograms, always by the same bounds: powers of the square root of two, or coarser ones out of them.</summary>
/// <remarks>Exact: bounds of every schema are among those of a finer one. Pods of different schemas then share the bounds of the coarser. What is below the zero threshold counts as in the first bucket.</remarks>
internal static class NativeReadings
{
    /// <summary>Two buckets for each doubling: finer ones cost more than they tell.</summary>
    private const int FinestSchema = 1;

    private const double LowestMilliseconds = 0.25;
    private const double HighestMilliseconds = 131_072;

    public static MetricReading.Buckets Of(MetricReading.Native reading)
    {
        var schema = Math.Min(FinestSchema, reading.Histogram.Schema);
        var histogram = reading.Histogram.DownScale(schema);
        var (low, high) = (Index(LowestMilliseconds / reading.MillisecondsPerUnit, schema), Index(HighestMilliseconds / reading.MillisecondsPerUnit, schema));
        var bounds = new double[high - low + 2];
        var cumulative = new double[bounds.Length];
        var (sum, bucket) = (histogram.ZeroCount, 0);
        for (var index = low; index <= high; index++)
        {
            while (bucket < histogram.Buckets.Count && histogram.Buckets[bucket].Index <= index)
            {
                sum += histogram.Buckets[bucket++].Count;
            }

            bounds[index - low] = NativeHistogram.UpperBound(schema, index) * reading.MillisecondsPerUnit;
            cumulative[index - low] = sum;
        }

        bounds[^1] = double.PositiveInfinity;
        cumulative[^1] = histogram.Count;
        return new MetricReading.Buckets(bounds.ToValueList(), cumulative.ToValueList());
    }

    // whole doublings, so that the bounds of coarser schemas begin and end at the same places
    private static int Index(double bound, int schema)
    {
        var doublings = Math.Round(Math.Log2(bound));
        return schema >= 0 ? (int)doublings << schema : (int)doublings >> -schema;
    }
}
