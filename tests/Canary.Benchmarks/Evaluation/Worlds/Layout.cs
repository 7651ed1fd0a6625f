using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Buckets of a histogram, in milliseconds. Requests are drawn once, into buckets fine enough for every layout.</summary>
internal sealed class Layout
{
    private static readonly double[] ClassicBounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];
    private static readonly double[] FineBounds = [.. Enumerable.Range(12, 45).Select(quarter => Math.Pow(2, quarter / 4.0))];
    private readonly int[] _bucketOf;

    private Layout(string name, double[] bounds)
    {
        Name = name;
        Bounds = NumberList.From(bounds);
        _bucketOf = [.. Enumerable.Range(0, All.Count + 1).Select(bucket => bounds.Count(bound => bucket > IndexOf(bound)))];
    }

    /// <summary>The bounds of all layouts.</summary>
    public static IReadOnlyList<double> All { get; } = [.. ClassicBounds.Concat(FineBounds).Distinct().Order()];

    /// <summary>The defaults of Prometheus' client libraries: 11 bounds.</summary>
    public static Layout Classic { get; } = new("def", ClassicBounds);

    /// <summary>A native histogram of schema 2: a factor of 2^(1/4) from 8 ms to 16 s.</summary>
    public static Layout Fine { get; } = new("fine", FineBounds);

    public string Name { get; }

    public NumberList Bounds { get; }

    public NumberList Collect(IReadOnlyList<double> counts)
    {
        var collected = new double[Bounds.Count + 1];
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            collected[_bucketOf[bucket]] += counts[bucket];
        }

        return NumberList.Create(collected);
    }

    public HistogramBlock Collect(LatencyBlock block) => new(Bounds, Collect(block.Candidate), Collect(block.Baseline));

    /// <summary>The bucket of <see cref="All"/> that a time falls into.</summary>
    public static int Bucket(double milliseconds) => All.Count(bound => bound < milliseconds);

    private static int IndexOf(double bound) => All.Count(other => other < bound);
}
