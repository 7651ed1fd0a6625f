using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>Sums a classic histogram over its label sets, bound by bound.</summary>
internal sealed class BucketsAccumulator(string metric, SelectorMatching buckets, SelectorMatching counts, double millisecondsPerUnit) : MetricAccumulator
{
    // Counts are sums of whole numbers; more than this is a fall, not rounding.
    private const double Rounding = 1e-9;

    private readonly LabelSetKey _key = new();
    private readonly Dictionary<byte[], Histogram> _histograms = new(BytesComparer.Instance);
    private byte[] _lastKey = [];
    private int _lastKeyLength = -1;
    private Histogram? _last;

    public override bool Wants(ReadOnlySpan<byte> name) => name.SequenceEqual(buckets.Metric) || name.SequenceEqual(counts.Metric);

    protected override void Add(in Sample sample)
    {
        if (!buckets.MatchesLabels(sample))
        {
            return;
        }

        var isCount = sample.Name.SequenceEqual(counts.Metric);
        var bound = double.NaN;
        if (!isCount && (!PrometheusNumber.TryParse(sample.Label("le"u8), out bound) || double.IsNaN(bound)))
        {
            Reject($"{Show(sample)} has no number as its label le");
        }

        if (!IsCount(sample))
        {
            return;
        }

        var histogram = Find(sample);
        if (isCount)
        {
            histogram.Count = sample.Value;
        }
        else
        {
            histogram.Buckets.Add((bound, sample.Value));
        }
    }

    protected override MetricReading? Conclude()
    {
        if (_histograms.Count == 0)
        {
            return new MetricReading.Absent();
        }

        double[]? bounds = null;
        double[] sums = [];
        foreach (var histogram in _histograms.Values)
        {
            if (Complete(histogram) is { } problem)
            {
                Reject(problem);
                return null;
            }

            if (bounds is null)
            {
                bounds = [.. histogram.Buckets.Select(bucket => bucket.Bound)];
                sums = new double[bounds.Length];
            }
            else if (!bounds.SequenceEqual(histogram.Buckets.Select(bucket => bucket.Bound)))
            {
                Reject($"{metric}: histograms with different buckets, {Show(bounds)} and {Show(histogram.Buckets.Select(bucket => bucket.Bound))}; select those of one layout");
                return null;
            }

            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += histogram.Buckets[i].Cumulative;
            }
        }

        return new MetricReading.Buckets(bounds!.Select(ToMilliseconds).ToValueList(), sums.ToValueList());
    }

    // Sorts the buckets, adds the last one when only the count tells it, and lifts what fell by rounding. Returns what is wrong.
    private string? Complete(Histogram histogram)
    {
        var list = histogram.Buckets;
        if (list.Count == 0)
        {
            return $"{metric} has a count but no buckets (a summary, or a native histogram); expose classic buckets";
        }

        list.Sort((left, right) => left.Bound.CompareTo(right.Bound));
        if (!double.IsPositiveInfinity(list[^1].Bound))
        {
            if (histogram.Count is not { } count)
            {
                return $"{metric} has neither a bucket le=\"+Inf\" nor a count";
            }

            list.Add((double.PositiveInfinity, count));
        }

        if (list.Count == 1)
        {
            return $"{metric} has no bucket but le=\"+Inf\", which says nothing about durations; configure bounds";
        }

        for (var i = 1; i < list.Count; i++)
        {
            var (below, here) = (list[i - 1], list[i]);
            if (below.Bound >= here.Bound)
            {
                return $"{metric} has the bucket le=\"{Number(here.Bound)}\" twice";
            }

            if (here.Cumulative < below.Cumulative)
            {
                if (below.Cumulative - here.Cumulative > Rounding * below.Cumulative)
                {
                    return $"{metric} holds {Number(here.Cumulative)} up to {Number(here.Bound)}, fewer than the {Number(below.Cumulative)} up to {Number(below.Bound)}; "
                        + "buckets must be cumulative";
                }

                list[i] = (here.Bound, below.Cumulative);
            }
        }

        return null;
    }

    // The buckets of one label set follow each other, so the last one is nearly always the right one.
    private Histogram Find(in Sample sample)
    {
        var written = _key.AsWritten(sample, "le"u8);
        if (_last is not null && written.SequenceEqual(_lastKey.AsSpan(0, _lastKeyLength)))
        {
            return _last;
        }

        if (_lastKey.Length < written.Length)
        {
            _lastKey = new byte[written.Length * 2];
        }

        written.CopyTo(_lastKey);
        _lastKeyLength = written.Length;

        var lookup = _histograms.GetAlternateLookup<ReadOnlySpan<byte>>();
        var key = _key.Sorted(sample, "le"u8);
        if (!lookup.TryGetValue(key, out _last))
        {
            _last = new Histogram();
            lookup[key] = _last;
        }

        return _last;
    }

    // 0.07 s is 70 ms, not 70.00000000000001.
    private double ToMilliseconds(double bound) => millisecondsPerUnit == 1 || double.IsInfinity(bound)
        ? bound
        : double.Parse((bound * millisecondsPerUnit).ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Show(IEnumerable<double> bounds) => $"[{string.Join(", ", bounds.Take(30).Select(Number))}]";

    private sealed class Histogram
    {
        public List<(double Bound, double Cumulative)> Buckets { get; } = new(24);

        public double? Count { get; set; }
    }
}
