namespace Canary.Statistics;

/// <summary>Buckets with fixed bounds into which native histograms are put for a test: consecutive buckets of one resolution, everything below in the first and everything above in the last.</summary>
/// <remarks>Immutable; equal by value. It is chosen once; what comes later fits in as long as it is of this resolution or finer, and else <see cref="LatencyTest.ChangeLayout"/> goes on with another.</remarks>
public sealed record NativeLayout
{
    /// <summary>Default for the most buckets: a test takes time and space for each, and more do not make it quicker to see a regression.</summary>
    public const int DefaultMostBuckets = 40;

    // so many observations at each end are left to the open buckets: a single freak would make all others coarse, and
    // it matters little how fast the fastest are
    private const double TrimmedFast = 0.01;
    private const double TrimmedSlow = 1e-4;

    // buckets for a candidate that is up to this many doublings slower than anything seen before
    private const int HeadRoom = 3;

    // beyond these powers of 2 no clock measures, and products of bounds would not be finite
    private const int LargestExponent = 500;

    private NativeLayout(int schema, int first, int last)
    {
        Schema = schema;
        First = first;
        Last = last;
        Bounds = NumberList.From(Enumerable.Range(first, last - first + 1).Select(index => NativeHistogram.UpperBound(schema, index)));
    }

    /// <summary>Resolution of the buckets, from -4 to 8.</summary>
    public int Schema { get; }

    /// <summary>Index of the native bucket whose upper bound is the first of <see cref="Bounds"/>.</summary>
    public int First { get; }

    /// <summary>Index of the native bucket whose upper bound is the last of <see cref="Bounds"/>.</summary>
    public int Last { get; }

    /// <summary>Upper bounds of all buckets but the last, increasing, in the unit of the histograms; what <see cref="HistogramBlock"/> takes.</summary>
    public NumberList Bounds { get; }

    /// <summary>The layout from its numbers, as stored.</summary>
    /// <param name="schema">Resolution, from -4 to 8.</param>
    /// <param name="first">Index of the first bound.</param>
    /// <param name="last">Index of the last bound, at least <paramref name="first"/>.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or a bound is not a finite number greater than 0.</exception>
    public static NativeLayout Of(int schema, int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(schema, NativeHistogram.CoarsestSchema);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(schema, NativeHistogram.FinestSchema);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        ArgumentOutOfRangeException.ThrowIfLessThan(first, Lowest(schema));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Highest(schema));
        return new(schema, first, last);
    }

    /// <summary>The layout that holds some histograms, of both arms or of several pods, best: at the coarsest of their resolutions, or coarser until there are few enough buckets.</summary>
    /// <param name="histograms">Histograms of the baseline, and of the candidate if there are any; any schemas.</param>
    /// <param name="mostBuckets">The most buckets, at least 8.</param>
    /// <returns>The layout; null when no histogram has an observation outside its bucket around zero.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="histograms"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mostBuckets"/> is less than 8.</exception>
    public static NativeLayout? CoverOrDefault(IEnumerable<NativeHistogram> histograms, int mostBuckets = DefaultMostBuckets)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBuckets, 8);
        var pool = histograms.Aggregate((NativeHistogram?)null, (sum, histogram) => sum?.Plus(histogram) ?? histogram);
        if (pool is null || pool.Buckets.Count == 0)
        {
            return null;
        }

        var layout = Cover(pool);
        while (layout.Bounds.Count + 1 > mostBuckets && pool.Schema > NativeHistogram.CoarsestSchema)
        {
            pool = pool.DownScale(pool.Schema - 1);
            layout = Cover(pool);
        }

        // even the coarsest resolution can have too many: the fastest are the least of interest
        return layout.Bounds.Count + 1 > mostBuckets ? new(layout.Schema, layout.Last - mostBuckets + 2, layout.Last) : layout;
    }

    /// <summary>Whether a histogram can be put into these buckets without guessing.</summary>
    /// <param name="histogram">A histogram.</param>
    /// <returns>False when its resolution is coarser, or its bucket around zero reaches beyond the first bound.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="histogram"/> is null.</exception>
    public bool Holds(NativeHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        return histogram.Schema >= Schema && (histogram.ZeroCount == 0 || histogram.ZeroThreshold <= Bounds[0]);
    }

    /// <summary>Counts a histogram's observations in these buckets; exact.</summary>
    /// <param name="histogram">A histogram that <see cref="Holds"/> accepts.</param>
    /// <returns>Counts per bucket (not cumulative), one more than bounds.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="histogram"/> is null.</exception>
    /// <exception cref="ArgumentException">The histogram cannot be put into these buckets.</exception>
    public NumberList Counts(NativeHistogram histogram)
    {
        if (!Holds(histogram))
        {
            throw new ArgumentException($"A histogram of schema {histogram.Schema} with zero threshold {histogram.ZeroThreshold} does not fit buckets of schema {Schema} from {Bounds[0]}.", nameof(histogram));
        }

        var counts = new double[Bounds.Count + 1];
        counts[0] = histogram.ZeroCount;
        foreach (var bucket in histogram.Buckets)
        {
            var index = NativeHistogram.Coarser(bucket.Index, histogram.Schema - Schema);
            counts[Math.Clamp(index, First, Last + 1) - First] += bucket.Count;
        }

        return NumberList.Own(counts);
    }

    /// <summary>Equal when resolution and ends are.</summary>
    /// <param name="other">The layout to compare with.</param>
    /// <returns>Whether both have the same buckets.</returns>
    public bool Equals(NativeLayout? other) => other is not null && (Schema, First, Last) == (other.Schema, other.First, other.Last);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Schema, First, Last);

    private static NativeLayout Cover(NativeHistogram pool)
    {
        var (lowest, highest) = (0, pool.Buckets.Count - 1);
        for (var left = pool.ZeroCount + pool.Buckets[0].Count; lowest < highest && left <= TrimmedFast * pool.Count; left += pool.Buckets[lowest].Count)
        {
            lowest++;
        }

        for (var left = pool.Buckets[^1].Count; highest > lowest && left <= TrimmedSlow * pool.Count; left += pool.Buckets[highest].Count)
        {
            highest--;
        }

        var room = (int)Math.Ceiling(Math.ScaleB(HeadRoom, pool.Schema));
        var first = Math.Clamp(Math.Max(pool.Buckets[lowest].Index - 1, AboveZero(pool)), Lowest(pool.Schema), Highest(pool.Schema));
        var last = Math.Clamp(pool.Buckets[highest].Index + room, first, Highest(pool.Schema));
        return new(pool.Schema, first, last);
    }

    // the first bound that the bucket around zero does not reach beyond
    private static int AboveZero(NativeHistogram pool)
    {
        if (pool.ZeroCount == 0 || pool.ZeroThreshold == 0)
        {
            return int.MinValue;
        }

        var index = (int)Math.Ceiling(Math.ScaleB(Math.Log2(pool.ZeroThreshold), pool.Schema));
        return NativeHistogram.UpperBound(pool.Schema, index) < pool.ZeroThreshold ? index + 1 : index;
    }

    private static int Lowest(int schema) => (int)Math.Ceiling(Math.ScaleB(-LargestExponent, schema));

    private static int Highest(int schema) => (int)Math.Floor(Math.ScaleB(LargestExponent, schema));
}
