using System.Globalization;

namespace Canary.Statistics;

/// <summary>The 27 ways of being slower that a latency test looks for, each as the ratio of its bucket probabilities to the baseline's.</summary>
/// <remarks>
/// <para>Five changes of scale (weight 0.3 together), four powers of stretch above each of p50, p90 and p97 (0.4), five shares of requests moved above each of p90 and p99 (0.3).
/// Ratios are made nondecreasing over the buckets (isotonic regression weighted by the baseline) and clipped to [0.02, 50].</para>
/// <para>Any nondecreasing ratios give a valid test; the dictionary only decides what is found quickly. Immutable; equal when made from the same histogram.</para>
/// <para>Source: docs/analysis.md. Checked in LatencyVectorTests.</para>
/// </remarks>
public sealed class LatencyDictionary : IEquatable<LatencyDictionary>
{
    /// <summary>How many alternatives there are.</summary>
    internal const int Size = 27;

    private const double SmallestRatio = 0.02;
    private const double LargestRatio = 50;
    private const double ScaleWeight = 0.3;
    private const double StretchWeight = 0.4;
    private const double ContaminationWeight = 0.3;

    private readonly double[] _ratios;
    private readonly double[] _logRatios;

    // where stretches begin, and p99, as logarithms of latencies
    private readonly double[] _starts;
    private readonly double _slowest;

    private LatencyDictionary(NumberList bounds, NumberList referenceCounts)
    {
        Bounds = bounds;
        ReferenceCounts = referenceCounts;
        var shares = LatencyReference.Floored(referenceCounts, referenceCounts.Sum());
        var curve = new SurvivalCurve(bounds, shares);
        _slowest = curve.LogInverse(0.01);
        _starts = new double[StretchQuantiles.Length];
        for (var i = 0; i < _starts.Length; i++)
        {
            _starts[i] = curve.LogInverse(1 - StretchQuantiles[i]);
        }

        _ratios = new double[Size * Buckets];
        var at = AddScales(shares, curve, 0);
        at = AddStretches(shares, curve, at);
        AddContaminations(shares, curve, at);
        _logRatios = new double[_ratios.Length];
        for (var i = 0; i < _ratios.Length; i++)
        {
            _logRatios[i] = Math.Log(_ratios[i]);
        }
    }

    /// <summary>Upper bounds of all buckets but the last.</summary>
    public NumberList Bounds { get; }

    /// <summary>The histogram that the alternatives were made from, counts per bucket.</summary>
    public NumberList ReferenceCounts { get; }

    /// <summary>The alternatives, in the order of the scores of a <see cref="LatencyTestState"/>; their texts are made each time they are asked for.</summary>
    public IReadOnlyList<LatencyAlternative> Alternatives => [.. Scale(), .. Stretch(), .. Contamination()];

    internal int Buckets => Bounds.Count + 1;

    /// <summary>Natural logarithms of the weights, the same for every histogram.</summary>
    internal static ReadOnlySpan<double> LogWeights => Weights.AsSpan();

    private static NumberList Weights { get; } =
    [
        .. Enumerable.Repeat(Math.Log(ScaleWeight / Scales.Length), Scales.Length),
        .. Enumerable.Repeat(Math.Log(StretchWeight / (StretchQuantiles.Length * StretchPowers.Length)), StretchQuantiles.Length * StretchPowers.Length),
        .. Enumerable.Repeat(Math.Log(ContaminationWeight / (ContaminationQuantiles.Length * ContaminationShares.Length)), ContaminationQuantiles.Length * ContaminationShares.Length),
    ];

    private static ReadOnlySpan<double> Scales => [1.02, 1.05, 1.12, 1.3, 2];

    private static ReadOnlySpan<double> StretchQuantiles => [0.5, 0.9, 0.97];

    private static ReadOnlySpan<double> StretchPowers => [1.1, 1.3, 1.8, 3];

    private static ReadOnlySpan<double> ContaminationQuantiles => [0.9, 0.99];

    private static ReadOnlySpan<double> ContaminationShares => [0.0005, 0.002, 0.008, 0.03, 0.12];

    /// <summary>Makes the alternatives from a histogram of the baseline.</summary>
    /// <param name="bounds">Upper bounds of the buckets but the last, at least one, finite, greater than 0, increasing; any unit.</param>
    /// <param name="referenceCounts">Requests of the baseline per bucket (not cumulative), one more than bounds, counts in [0, 2^53], at least one request; 500 or more to be of use.</param>
    /// <returns>The 27 alternatives.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase, a length is wrong, or there are no requests.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound or a count is out of its range.</exception>
    public static LatencyDictionary Build(NumberList bounds, NumberList referenceCounts)
    {
        BucketLayout.Require(bounds);
        BucketLayout.RequireCounts(bounds, referenceCounts, nameof(referenceCounts));
        if (referenceCounts.Sum() == 0)
        {
            throw new ArgumentException("The reference has no requests.", nameof(referenceCounts));
        }

        return Make(bounds, referenceCounts);
    }

    /// <summary>The ratios of one alternative.</summary>
    /// <param name="alternative">Its position in <see cref="Alternatives"/>.</param>
    /// <returns>Probability of each bucket under the alternative over that under the baseline; nondecreasing, in [0.02, 50].</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such alternative.</exception>
    public NumberList Ratios(int alternative)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(alternative);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(alternative, Size);
        return NumberList.Create(RatiosOf(alternative));
    }

    /// <inheritdoc />
    public bool Equals(LatencyDictionary? other) => other is not null && (ReferenceEquals(this, other) || IsOf(other.Bounds, other.ReferenceCounts));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as LatencyDictionary);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Bounds, ReferenceCounts);

    /// <summary>The alternatives of a checked histogram with at least one request; counts that were summed up may be larger than one count can be.</summary>
    internal static LatencyDictionary Make(NumberList bounds, NumberList referenceCounts) => new(bounds, referenceCounts);

    /// <summary>Whether the alternatives were made from this histogram.</summary>
    internal bool IsOf(NumberList bounds, NumberList referenceCounts) => Bounds.Equals(bounds) && ReferenceCounts.Equals(referenceCounts);

    internal ReadOnlySpan<double> RatiosOf(int alternative) => _ratios.AsSpan(alternative * Buckets, Buckets);

    internal ReadOnlySpan<double> LogRatiosOf(int alternative) => _logRatios.AsSpan(alternative * Buckets, Buckets);

    private int AddScales(double[] shares, SurvivalCurve curve, int at)
    {
        foreach (var scale in Scales)
        {
            var shift = Math.Log(scale);
            Span<double> slower = _ratios.AsSpan(at++ * Buckets, Buckets);
            for (int i = 0, piece = 0; i < Bounds.Count; i++)
            {
                slower[i] = curve.AtLog(curve.LogBounds[i] - shift, ref piece);
            }

            Differ(slower);
            Order(slower, shares);
        }

        return at;
    }

    private int AddStretches(double[] shares, SurvivalCurve curve, int at)
    {
        foreach (var start in _starts)
        {
            foreach (var power in StretchPowers)
            {
                Span<double> slower = _ratios.AsSpan(at++ * Buckets, Buckets);
                for (int i = 0, piece = 0; i < Bounds.Count; i++)
                {
                    var bound = curve.LogBounds[i];
                    slower[i] = curve.AtLog(bound <= start ? bound : start + (bound - start) / power, ref piece);
                }

                Differ(slower);
                Order(slower, shares);
            }
        }

        return at;
    }

    private void AddContaminations(double[] shares, SurvivalCurve curve, int at)
    {
        var landing = new double[Buckets];
        foreach (var quantile in ContaminationQuantiles)
        {
            Land(landing, shares, curve, curve.LogInverse(1 - quantile));
            foreach (var moved in ContaminationShares)
            {
                Span<double> mixed = _ratios.AsSpan(at++ * Buckets, Buckets);
                for (var i = 0; i < mixed.Length; i++)
                {
                    mixed[i] = (1 - moved) * shares[i] + moved * landing[i];
                }

                Order(mixed, shares);
            }
        }
    }

    /// <summary>Where moved requests land: in the buckets wholly above the start, as the baseline's do there, but none left nearly empty.</summary>
    private static void Land(double[] landing, double[] shares, SurvivalCurve curve, double start)
    {
        var first = 1;
        while (first < curve.LogBounds.Length && curve.LogBounds[first - 1] < start)
        {
            first++;
        }

        var slower = 0.0;
        for (var i = first; i < shares.Length; i++)
        {
            slower += shares[i];
        }

        Array.Clear(landing);
        var sum = 0.0;
        for (var i = first; i < landing.Length; i++)
        {
            landing[i] = Math.Max(shares[i] / slower, 0.5 / (shares.Length - first));
            sum += landing[i];
        }

        for (var i = first; i < landing.Length; i++)
        {
            landing[i] /= sum;
        }
    }

    /// <summary>Shares per bucket of the shares slower than each bound, in place; the last is set.</summary>
    private static void Differ(Span<double> slower)
    {
        slower[^1] = slower[^2];
        for (var i = slower.Length - 2; i > 0; i--)
        {
            slower[i] = slower[i - 1] - slower[i];
        }

        slower[0] = 1 - slower[0];
    }

    /// <summary>Ratios to the baseline's shares, in place, nondecreasing and clipped.</summary>
    private static void Order(Span<double> alternative, double[] shares)
    {
        for (var i = 0; i < alternative.Length; i++)
        {
            alternative[i] /= shares[i];
        }

        IsotonicRegression.FitInPlace(alternative, shares);
        for (var i = 0; i < alternative.Length; i++)
        {
            alternative[i] = Math.Clamp(alternative[i], SmallestRatio, LargestRatio);
        }
    }

    private static IEnumerable<LatencyAlternative> Scale() => Scales.ToArray().Select(scale => new LatencyAlternative(
        $"scale {Text(scale)}", $"every latency times about {Text(scale)}", LatencyChange.Scale, 0, scale, ScaleWeight / Scales.Length));

    // people know their p99, not powers: the same stretch, said as what it does there
    private IEnumerable<LatencyAlternative> Stretch() =>
        from start in Enumerable.Range(0, _starts.Length)
        from power in StretchPowers.ToArray()
        let quantile = StretchQuantiles[start]
        let factor = Math.Exp((_slowest - _starts[start]) * (power - 1))
        select new LatencyAlternative(
            $"stretch above p{Text(quantile * 100)} by power {Text(power)}",
            $"above p{Text(quantile * 100)} stretched, p99 by about {factor.ToString("0.##", CultureInfo.InvariantCulture)}",
            LatencyChange.Stretch,
            quantile,
            power,
            StretchWeight / (StretchQuantiles.Length * StretchPowers.Length));

    private static IEnumerable<LatencyAlternative> Contamination() =>
        from quantile in ContaminationQuantiles.ToArray()
        from moved in ContaminationShares.ToArray()
        select new LatencyAlternative(
            $"contaminate above p{Text(quantile * 100)} eps {Text(moved)}",
            $"about {Text(moved * 100)} % of requests moved above p{Text(quantile * 100)}",
            LatencyChange.Contamination,
            quantile,
            moved,
            ContaminationWeight / (ContaminationQuantiles.Length * ContaminationShares.Length));

    // 0.97 * 100 is 97.00000000000001; nine digits name every constant here
    private static string Text(double number) => number.ToString("G9", CultureInfo.InvariantCulture);
}
