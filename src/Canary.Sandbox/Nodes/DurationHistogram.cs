using System.Globalization;
using System.Text;

namespace Canary.Sandbox.Nodes;

/// <summary>Counts of durations by bucket, cumulative only when written. Thread-safe.</summary>
internal sealed class DurationHistogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private readonly Lock _lock = new();
    private double _sum;

    /// <param name="bounds">Upper bounds in ascending order, in the unit of the values; infinity is implied.</param>
    public DurationHistogram(double[] bounds)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
    }

    public void Observe(double value)
    {
        // bounds are inclusive upper edges: the first bound that is not less
        var index = Array.BinarySearch(_bounds, value);
        lock (_lock)
        {
            _counts[index < 0 ? ~index : index]++;
            _sum += value;
        }
    }

    /// <summary>Counts per bucket, the last one above all bounds, not cumulative; and their sum.</summary>
    public (long[] Counts, double Sum) Read()
    {
        lock (_lock)
        {
            return ([.. _counts], _sum);
        }
    }

    /// <summary>Writes the buckets, sum and count of one series; <paramref name="labels"/> without braces, may be empty.</summary>
    public void Write(StringBuilder text, string name, string labels)
    {
        var (counts, sum) = Read();
        var comma = labels.Length > 0 ? "," : "";
        var braces = labels.Length > 0 ? $"{{{labels}}}" : "";
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var bound = i < _bounds.Length ? _bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {total}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {sum}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_count{braces} {total}\n");
    }
}
