using System.Globalization;

namespace Canary.Statistics;

/// <summary>The 27 ways of being slower that a latency test looks for, each as the ratio of its bucket probabilities to the baseline's.</summary>
/// <remarks>
/// <para>As specified: five changes of scale (weight 0.3 together), four powers of stretch above each of p50, p90 and p97 (0.4), five shares of requests moved above each of p90 and p99 (0.3).
/// Ratios are made nondecreasing over the buckets (isotonic regression weighted by the baseline) and clipped to [0.02, 50].</para>
/// <para>Any nondecreasing ratios with any weights give a valid test; the dictionary only decides what is found quickly. Immutable; equal when made from the same histogram for the same search.</para>
/// <para>Source: docs/analysis.md. Checked in LatencyVectorTests.</para>
/// </remarks>
public sealed class LatencyDictionary : IEquatable<LatencyDictionary>
{
    /// <summary>How many alternatives there are.</summary>
    internal const int Size = LatencyShape.Count;

    private const double SmallestRatio = 0.02;
    private const double LargestRatio = 50;

    private readonly double[] _ratios;
    private readonly double[] _logRatios;
    private readonly SurvivalCurve _curve;

    private LatencyDictionary(NumberList bounds, NumberList referenceCounts, LatencySearch search)
    {
        Bounds = bounds;
        ReferenceCounts = referenceCounts;
        Search = search;
        var shares = LatencyReference.Floored(referenceCounts, referenceCounts.Sum());
        _curve = new(bounds, shares);
        _ratios = new double[Size * Buckets];
        var landing = new double[Buckets];
        var landed = double.NaN;
        var shapes = LatencyShape.Of(search);
        for (var i = 0; i < shapes.Length; i++)
        {
            var ratios = _ratios.AsSpan(i * Buckets, Buckets);
            if (shapes[i].Change == LatencyChange.Contamination)
            {
                if (shapes[i].Quantile != landed)
                {
                    landed = shapes[i].Quantile;
                    Land(landing, shares, _curve, _curve.LogInverse(1 - landed));
                }

                Mix(ratios, shares, landing, shapes[i].Size);
            }
            else
            {
                Slow(ratios, bounds, _curve, shapes[i]);
                Differ(ratios);
            }

            Order(ratios, shares);
        }

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

    /// <summary>What is searched for.</summary>
    public LatencySearch Search { get; }

    /// <summary>The alternatives, in the order of the scores of a <see cref="LatencyTestState"/>; their texts are made each time they are asked for.</summary>
    public IReadOnlyList<LatencyAlternative> Alternatives => [.. LatencyShape.Of(Search).Select(Named)];

    internal int Buckets => Bounds.Count + 1;

    /// <summary>Natural logarithms of the weights, the same for every histogram.</summary>
    internal ReadOnlySpan<double> LogWeights => LatencyShape.LogWeights(Search);

    /// <summary>Makes the alternatives from a histogram of the baseline.</summary>
    /// <param name="bounds">Upper bounds of the buckets but the last, at least one, finite, greater than 0, increasing; any unit.</param>
    /// <param name="referenceCounts">Requests of the baseline per bucket (not cumulative), one more than bounds, counts in [0, 2^53], at least one request; 500 or more to be of use.</param>
    /// <param name="search">What to search for.</param>
    /// <returns>The 27 alternatives.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The bounds do not increase, a length is wrong, or there are no requests.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound or a count is out of its range.</exception>
    public static LatencyDictionary Build(NumberList bounds, NumberList referenceCounts, LatencySearch search = LatencySearch.Specified)
    {
        BucketLayout.Require(bounds);
        BucketLayout.RequireCounts(bounds, referenceCounts, nameof(referenceCounts));
        if (referenceCounts.Sum() == 0)
        {
            throw new ArgumentException("The reference has no requests.", nameof(referenceCounts));
        }

        return Make(bounds, referenceCounts, search);
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
    public bool Equals(LatencyDictionary? other) => other is not null && (ReferenceEquals(this, other) || IsOf(other.Bounds, other.ReferenceCounts, other.Search));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as LatencyDictionary);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Bounds, ReferenceCounts, Search);

    /// <summary>The alternatives of a checked histogram with at least one request; counts that were summed up may be larger than one count can be.</summary>
    internal static LatencyDictionary Make(NumberList bounds, NumberList referenceCounts, LatencySearch search) => new(bounds, referenceCounts, search);

    /// <summary>Whether the alternatives were made from this histogram for this search.</summary>
    internal bool IsOf(NumberList bounds, NumberList referenceCounts, LatencySearch search) =>
        Search == search && Bounds.Equals(bounds) && ReferenceCounts.Equals(referenceCounts);

    internal ReadOnlySpan<double> RatiosOf(int alternative) => _ratios.AsSpan(alternative * Buckets, Buckets);

    internal ReadOnlySpan<double> LogRatiosOf(int alternative) => _logRatios.AsSpan(alternative * Buckets, Buckets);

    /// <summary>Share of requests slower than each bound under an alternative; the last place is left alone.</summary>
    private static void Slow(Span<double> slower, NumberList bounds, SurvivalCurve curve, LatencyShape shape)
    {
        var piece = 0;
        switch (shape.Change)
        {
            case LatencyChange.Scale:
                var shift = Math.Log(shape.Size);
                for (var i = 0; i < bounds.Count; i++)
                {
                    slower[i] = curve.AtLog(curve.LogBounds[i] - shift, ref piece);
                }

                break;
            case LatencyChange.Stretch:
                var start = curve.LogInverse(1 - shape.Quantile);
                for (var i = 0; i < bounds.Count; i++)
                {
                    var bound = curve.LogBounds[i];
                    slower[i] = curve.AtLog(bound <= start ? bound : start + (bound - start) / shape.Size, ref piece);
                }

                break;
            default:
                var delay = shape.Size * curve.Inverse(0.5);
                var own = 0;
                for (var i = 0; i < bounds.Count; i++)
                {
                    var delayed = bounds[i] <= delay ? 1 : curve.AtLog(Math.Log(bounds[i] - delay), ref piece);
                    slower[i] = shape.Quantile * curve.AtLog(curve.LogBounds[i], ref own) + (1 - shape.Quantile) * delayed;
                }

                break;
        }
    }

    private static void Mix(Span<double> mixed, double[] shares, double[] landing, double moved)
    {
        for (var i = 0; i < mixed.Length; i++)
        {
            mixed[i] = (1 - moved) * shares[i] + moved * landing[i];
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

    private LatencyAlternative Named(LatencyShape shape)
    {
        var (name, description) = shape.Change switch
        {
            LatencyChange.Scale => ($"scale {Text(shape.Size)}", $"every latency times about {Text(shape.Size)}"),
            LatencyChange.Stretch => ($"stretch above p{Percent(shape.Quantile)} by power {Text(shape.Size)}", $"above p{Percent(shape.Quantile)} stretched, p99 by about {SlowestFactor(shape)}"),
            LatencyChange.Contamination => ($"contaminate above p{Percent(shape.Quantile)} eps {Text(shape.Size)}", $"about {Percent(shape.Size)} % of requests moved above p{Percent(shape.Quantile)}"),
            _ => ($"delay {Percent(1 - shape.Quantile)} % by {Text(shape.Size)} medians", $"about {Percent(1 - shape.Quantile)} % of requests longer by about {Text(shape.Size)} times p50"),
        };
        return new(name, description, shape.Change, shape.Quantile, shape.Size, shape.Weight);
    }

    // people know their p99, not powers: the same stretch, said as what it does there
    private string SlowestFactor(LatencyShape shape) =>
        Math.Exp((_curve.LogInverse(0.01) - _curve.LogInverse(1 - shape.Quantile)) * (shape.Size - 1)).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Percent(double share) => Text(share * 100);

    // 0.97 * 100 is 97.00000000000001; nine digits name every constant here
    private static string Text(double number) => number.ToString("G9", CultureInfo.InvariantCulture);
}
