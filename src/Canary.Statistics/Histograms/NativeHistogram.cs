namespace Canary.Statistics;

/// <summary>A native (exponential) histogram of Prometheus with positive observations: counts in buckets whose bounds are powers of 2^(2^-schema), and a bucket around zero.</summary>
/// <remarks>
/// <para>Immutable; equal by value. Only populated buckets are kept. Observations below zero, which latencies do not have, belong into <see cref="ZeroCount"/>: they are faster than all others.</para>
/// <para>Source: Prometheus' specification of native histograms (bucket bounds, standard schemas, zero bucket). Quantiles are checked against Prometheus' own tests in NativeHistogramTests.</para>
/// </remarks>
public sealed class NativeHistogram : IEquatable<NativeHistogram>
{
    /// <summary>The coarsest schema: each bound is 65,536 times the one before.</summary>
    public const int CoarsestSchema = -4;

    /// <summary>The finest schema: each bound is 0.27 % above the one before.</summary>
    public const int FinestSchema = 8;

    private readonly NativeBucket[] _buckets;

    /// <summary>Makes a checked histogram.</summary>
    /// <param name="schema">Resolution, from -4 (coarsest) to 8 (finest).</param>
    /// <param name="zeroThreshold">Half-width of the bucket around zero; finite, 0 or more. Prometheus' clients use 2^-128.</param>
    /// <param name="zeroCount">Observations of at most <paramref name="zeroThreshold"/>, a count in [0, 2^53].</param>
    /// <param name="buckets">The other buckets in any order, each index once; counts in [0, 2^53]; may be empty.</param>
    /// <exception cref="ArgumentNullException"><paramref name="buckets"/> is null.</exception>
    /// <exception cref="ArgumentException">An index is there twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public NativeHistogram(int schema, double zeroThreshold, double zeroCount, IEnumerable<NativeBucket> buckets)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        ArgumentOutOfRangeException.ThrowIfLessThan(schema, CoarsestSchema);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(schema, FinestSchema);
        Schema = schema;
        ZeroThreshold = Require.NotNegative(zeroThreshold);
        ZeroCount = Require.Count(zeroCount);
        _buckets = [.. buckets.Where(bucket => Require.Count(bucket.Count, nameof(buckets)) > 0).OrderBy(bucket => bucket.Index)];
        for (var i = 1; i < _buckets.Length; i++)
        {
            if (_buckets[i].Index == _buckets[i - 1].Index)
            {
                throw new ArgumentException($"Bucket {_buckets[i].Index} is there twice.", nameof(buckets));
            }
        }

        Count = Require.Count(_buckets.Aggregate(ZeroCount, (sum, bucket) => sum + bucket.Count), nameof(buckets));
    }

    /// <summary>Resolution: bounds are powers of 2^(2^-schema).</summary>
    public int Schema { get; }

    /// <summary>Half-width of the bucket around zero, 0 or more.</summary>
    public double ZeroThreshold { get; }

    /// <summary>Observations in the bucket around zero.</summary>
    public double ZeroCount { get; }

    /// <summary>The populated buckets, by index.</summary>
    public IReadOnlyList<NativeBucket> Buckets => _buckets;

    /// <summary>All observations.</summary>
    public double Count { get; }

    /// <summary>Makes a histogram of the sparse form in which it is exposed.</summary>
    /// <param name="schema">Resolution, from -4 to 8.</param>
    /// <param name="zeroThreshold">Half-width of the bucket around zero; finite, 0 or more.</param>
    /// <param name="zeroCount">Observations in it, a count in [0, 2^53].</param>
    /// <param name="spans">Runs of buckets, in order.</param>
    /// <param name="counts">Observations of each bucket of the spans, in order: absolute, not cumulative. See <see cref="AbsoluteCounts"/> for differences.</param>
    /// <returns>The histogram.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The spans overlap, or have another number of buckets than there are counts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static NativeHistogram FromSpans(int schema, double zeroThreshold, double zeroCount, IReadOnlyList<NativeSpan> spans, IReadOnlyList<double> counts)
    {
        ArgumentNullException.ThrowIfNull(spans);
        ArgumentNullException.ThrowIfNull(counts);
        var buckets = new List<NativeBucket>(counts.Count);
        var index = 0;
        for (var span = 0; span < spans.Count; span++)
        {
            if (spans[span].Length < 0 || (span > 0 && spans[span].Offset < 0))
            {
                throw new ArgumentException($"Span {span} of length {spans[span].Length} begins {spans[span].Offset} after the one before.", nameof(spans));
            }

            index += spans[span].Offset;
            for (var i = 0; i < spans[span].Length; i++, index++)
            {
                buckets.Add(new(index, buckets.Count < counts.Count ? counts[buckets.Count] : throw Mismatch(counts.Count)));
            }
        }

        return buckets.Count == counts.Count ? new(schema, zeroThreshold, zeroCount, buckets) : throw Mismatch(counts.Count);
    }

    /// <summary>Counts of the differences in which integer histograms are exposed: each bucket's count less that of the bucket before.</summary>
    /// <param name="differences">The first count, then differences.</param>
    /// <returns>As many counts.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="differences"/> is null.</exception>
    public static NumberList AbsoluteCounts(IReadOnlyList<double> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        var counts = new double[differences.Count];
        var count = 0.0;
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = count += differences[i];
        }

        return NumberList.Own(counts);
    }

    /// <summary>Upper bound of a bucket.</summary>
    /// <param name="schema">Resolution, from -4 to 8.</param>
    /// <param name="index">The bucket.</param>
    /// <returns>2^(index / 2^schema), exact to the last bits; infinity or 0 where a double ends.</returns>
    public static double UpperBound(int schema, int index)
    {
        // the whole part of the exponent by scaling, so that bounds of all schemas agree to the bit
        var exponent = Math.ScaleB(index, -schema);
        var whole = Math.Floor(exponent);
        return Math.ScaleB(Math.Pow(2, exponent - whole), (int)Math.Clamp(whole, -2000, 2000));
    }

    /// <summary>Merges buckets to a coarser resolution; exact.</summary>
    /// <param name="schema">From -4 to <see cref="Schema"/>.</param>
    /// <returns>The same observations in fewer buckets; this histogram when it has that schema.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The schema is finer or does not exist.</exception>
    public NativeHistogram DownScale(int schema)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(schema, CoarsestSchema);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(schema, Schema);
        return schema == Schema ? this : new(schema, ZeroThreshold, ZeroCount, Merged(_buckets.Select(bucket => bucket with { Index = Coarser(bucket.Index, Schema - schema) })));
    }

    /// <summary>Adds another histogram, as when pods are merged: in the coarser of both resolutions, with the wider of both zero buckets; exact.</summary>
    /// <param name="other">The other histogram.</param>
    /// <returns>All observations of both.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A sum is above 2^53.</exception>
    public NativeHistogram Plus(NativeHistogram other)
    {
        var (one, two) = Alike(other);
        return new(one.Schema, one.ZeroThreshold, one.ZeroCount + two.ZeroCount, Merged(one._buckets.Concat(two._buckets)));
    }

    /// <summary>What was observed since an earlier reading of the same series.</summary>
    /// <param name="earlier">The earlier reading.</param>
    /// <returns>The difference of all counts, in the coarser of both resolutions; all of this histogram when a count went down, since then the series began anew.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="earlier"/> is null.</exception>
    public NativeHistogram Since(NativeHistogram earlier)
    {
        var (now, before) = Alike(earlier);
        var differences = Merged(now._buckets.Concat(before._buckets.Select(bucket => bucket with { Count = -bucket.Count })));
        return now.ZeroCount < before.ZeroCount || differences.Exists(bucket => bucket.Count < 0)
            ? this
            : new(now.Schema, now.ZeroThreshold, now.ZeroCount - before.ZeroCount, differences);
    }

    /// <summary>A quantile as Prometheus' <c>histogram_quantile</c> shows it for native histograms: exponential within a bucket, linear within the bucket around zero.</summary>
    /// <param name="probability">The quantile; 0.99 is p99. Outside [0, 1] gives an infinity, as in Prometheus.</param>
    /// <returns>The quantile in the unit of the observations; NaN without observations or for a NaN probability.</returns>
    public double Quantile(double probability)
    {
        if (double.IsNaN(probability) || Count == 0)
        {
            return double.NaN;
        }

        if (probability is < 0 or > 1)
        {
            return probability < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        return probability < 0.5 ? FromBelow(probability * Count) : FromAbove((1 - probability) * Count);
    }

    /// <inheritdoc />
    public bool Equals(NativeHistogram? other) =>
        other is not null && Schema == other.Schema && ZeroThreshold.Equals(other.ZeroThreshold) && ZeroCount.Equals(other.ZeroCount) && _buckets.AsSpan().SequenceEqual(other._buckets);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NativeHistogram);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Schema, ZeroThreshold, Count, _buckets.Length);

    /// <summary>The bucket of a resolution coarser by some steps that an index falls into.</summary>
    internal static int Coarser(int index, int steps) => ((index - 1) >> steps) + 1;

    /// <summary>Widens the bucket around zero; where the threshold falls within a populated bucket, up to that bucket's end.</summary>
    private NativeHistogram Widened(double threshold)
    {
        var swallowed = 0;
        var zero = ZeroCount;
        while (swallowed < _buckets.Length && UpperBound(Schema, _buckets[swallowed].Index - 1) < threshold)
        {
            zero += _buckets[swallowed].Count;
            threshold = Math.Max(threshold, Math.Min(double.MaxValue, UpperBound(Schema, _buckets[swallowed].Index)));
            swallowed++;
        }

        return threshold == ZeroThreshold ? this : new(Schema, threshold, zero, _buckets[swallowed..]);
    }

    private (NativeHistogram One, NativeHistogram Two) Alike(NativeHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var schema = Math.Min(Schema, other.Schema);
        var (one, two) = (DownScale(schema), other.DownScale(schema));

        // widening one may end above the other's threshold; each round swallows a bucket or ends
        while (one.ZeroThreshold != two.ZeroThreshold)
        {
            var threshold = Math.Max(one.ZeroThreshold, two.ZeroThreshold);
            (one, two) = (one.Widened(threshold), two.Widened(threshold));
        }

        return (one, two);
    }

    private static List<NativeBucket> Merged(IEnumerable<NativeBucket> buckets) =>
        [.. buckets.GroupBy(bucket => bucket.Index, (index, same) => new NativeBucket(index, same.Sum(bucket => bucket.Count)))];

    private static ArgumentException Mismatch(int counts) => new($"The spans do not have the {counts} buckets that there are counts for.", nameof(counts));

    private double FromBelow(double rank)
    {
        var before = 0.0;
        if (ZeroCount > 0 && ZeroCount >= rank)
        {
            return InZero(rank / ZeroCount);
        }

        before += ZeroCount;
        foreach (var bucket in _buckets)
        {
            if (before + bucket.Count >= rank)
            {
                return Within(bucket, (rank - before) / bucket.Count);
            }

            before += bucket.Count;
        }

        return UpperBound(Schema, _buckets[^1].Index);
    }

    private double FromAbove(double rank)
    {
        // from the slow end, so that the far quantiles keep their digits
        var above = 0.0;
        for (var i = _buckets.Length - 1; i >= 0; i--)
        {
            above += _buckets[i].Count;
            if (above >= rank)
            {
                return Within(_buckets[i], (above - rank) / _buckets[i].Count);
            }
        }

        return InZero(ZeroCount == 0 ? 0 : Math.Clamp((Count - rank) / ZeroCount, 0, 1));
    }

    // with nothing but the bucket around zero nobody knows the sign, and Prometheus takes it as centred
    private double InZero(double fraction) => _buckets.Length > 0 ? ZeroThreshold * fraction : ZeroThreshold * (2 * fraction - 1);

    private double Within(NativeBucket bucket, double fraction) => Math.Pow(2, Math.ScaleB(bucket.Index - 1 + fraction, -Schema));
}
