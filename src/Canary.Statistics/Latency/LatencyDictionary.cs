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
    private const double SmallestShare = 1e-7;
    private const double SmallestRatio = 0.02;
    private const double LargestRatio = 50;
    private const double ScaleWeight = 0.3;
    private const double StretchWeight = 0.4;
    private const double ContaminationWeight = 0.3;

    private readonly double[] _ratios;
    private readonly double[] _logRatios;
    private readonly double[] _logWeights;

    private LatencyDictionary(NumberList bounds, NumberList referenceCounts, List<LatencyAlternative> alternatives, List<double[]> ratios)
    {
        Bounds = bounds;
        ReferenceCounts = referenceCounts;
        Alternatives = alternatives.AsReadOnly();
        _ratios = [.. ratios.SelectMany(ratio => ratio)];
        _logRatios = [.. _ratios.Select(ratio => Math.Log(ratio))];
        _logWeights = [.. alternatives.Select(alternative => Math.Log(alternative.Weight))];
    }

    /// <summary>Upper bounds of all buckets but the last.</summary>
    public NumberList Bounds { get; }

    /// <summary>The histogram that the alternatives were made from, counts per bucket.</summary>
    public NumberList ReferenceCounts { get; }

    /// <summary>The alternatives, in the order of the scores of a <see cref="LatencyTestState"/>.</summary>
    public IReadOnlyList<LatencyAlternative> Alternatives { get; }

    internal int Buckets => Bounds.Count + 1;

    internal ReadOnlySpan<double> LogWeights => _logWeights;

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

        var shares = Shares(referenceCounts);
        var curve = new SurvivalCurve(bounds, shares);
        var alternatives = new List<LatencyAlternative>();
        var ratios = new List<double[]>();
        AddScales(bounds, shares, curve, alternatives, ratios);
        AddStretches(bounds, shares, curve, alternatives, ratios);
        AddContaminations(bounds, shares, curve, alternatives, ratios);
        return new(bounds, referenceCounts, alternatives, ratios);
    }

    /// <summary>The ratios of one alternative.</summary>
    /// <param name="alternative">Its position in <see cref="Alternatives"/>.</param>
    /// <returns>Probability of each bucket under the alternative over that under the baseline; nondecreasing, in [0.02, 50].</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such alternative.</exception>
    public NumberList Ratios(int alternative)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(alternative);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(alternative, Alternatives.Count);
        return NumberList.Create(RatiosOf(alternative));
    }

    /// <inheritdoc />
    public bool Equals(LatencyDictionary? other) =>
        other is not null && (ReferenceEquals(this, other) || (Bounds.Equals(other.Bounds) && ReferenceCounts.Equals(other.ReferenceCounts)));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as LatencyDictionary);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Bounds, ReferenceCounts);

    internal ReadOnlySpan<double> RatiosOf(int alternative) => _ratios.AsSpan(alternative * Buckets, Buckets);

    internal ReadOnlySpan<double> LogRatiosOf(int alternative) => _logRatios.AsSpan(alternative * Buckets, Buckets);

    private static void AddScales(
        NumberList bounds, double[] shares, SurvivalCurve curve, List<LatencyAlternative> alternatives, List<double[]> ratios)
    {
        foreach (var scale in Scales)
        {
            alternatives.Add(new(
                $"scale {Text(scale)}", $"every latency times about {Text(scale)}", LatencyChange.Scale, 0, scale, ScaleWeight / Scales.Length));
            ratios.Add(Ratios(shares, Differences(bounds, bound => curve.At(bound / scale))));
        }
    }

    private static void AddStretches(
        NumberList bounds, double[] shares, SurvivalCurve curve, List<LatencyAlternative> alternatives, List<double[]> ratios)
    {
        var slowest = curve.Inverse(0.01);
        foreach (var quantile in StretchQuantiles)
        {
            var start = curve.Inverse(1 - quantile);
            foreach (var power in StretchPowers)
            {
                // people know their p99, not powers: the same stretch, said as what it does there
                var factor = Math.Pow(slowest / start, power - 1);
                alternatives.Add(new(
                    $"stretch above p{Text(quantile * 100)} by power {Text(power)}",
                    $"above p{Text(quantile * 100)} stretched, p99 by about {factor.ToString("0.##", CultureInfo.InvariantCulture)}",
                    LatencyChange.Stretch,
                    quantile,
                    power,
                    StretchWeight / (StretchQuantiles.Length * StretchPowers.Length)));
                ratios.Add(Ratios(
                    shares, Differences(bounds, bound => curve.At(bound <= start ? bound : start * Math.Pow(bound / start, 1 / power)))));
            }
        }
    }

    private static void AddContaminations(
        NumberList bounds, double[] shares, SurvivalCurve curve, List<LatencyAlternative> alternatives, List<double[]> ratios)
    {
        foreach (var quantile in ContaminationQuantiles)
        {
            var landing = Landing(bounds, shares, curve.Inverse(1 - quantile));
            foreach (var moved in ContaminationShares)
            {
                alternatives.Add(new(
                    $"contaminate above p{Text(quantile * 100)} eps {Text(moved)}",
                    $"about {Text(moved * 100)} % of requests moved above p{Text(quantile * 100)}",
                    LatencyChange.Contamination,
                    quantile,
                    moved,
                    ContaminationWeight / (ContaminationQuantiles.Length * ContaminationShares.Length)));
                ratios.Add(Ratios(shares, [.. shares.Zip(landing, (own, other) => (1 - moved) * own + moved * other)]));
            }
        }
    }

    /// <summary>Where moved requests land: in the buckets wholly above the start, as the baseline's do there, but none left nearly empty.</summary>
    private static double[] Landing(NumberList bounds, double[] shares, double start)
    {
        var first = 1;
        while (first < bounds.Count && bounds[first - 1] < start)
        {
            first++;
        }

        var buckets = shares.Length - first;
        var slower = shares[first..].Sum();
        var landing = new double[shares.Length];
        for (var i = first; i < landing.Length; i++)
        {
            landing[i] = Math.Max(shares[i] / slower, 0.5 / buckets);
        }

        var sum = landing.Sum();
        return [.. landing.Select(share => share / sum)];
    }

    private static double[] Ratios(double[] shares, double[] alternative)
    {
        var raw = alternative.Zip(shares, (other, own) => other / own).ToArray();
        return [.. IsotonicRegression.Fit(raw, shares).Select(ratio => Math.Clamp(ratio, SmallestRatio, LargestRatio))];
    }

    private static double[] Differences(NumberList bounds, Func<double, double> survival)
    {
        var differences = new double[bounds.Count + 1];
        var slower = 1.0;
        for (var i = 0; i < bounds.Count; i++)
        {
            var next = survival(bounds[i]);
            differences[i] = slower - next;
            slower = next;
        }

        differences[^1] = slower;
        return differences;
    }

    private static double[] Shares(NumberList counts)
    {
        var total = counts.Sum();
        var floored = counts.Select(count => Math.Max(count / total, SmallestShare)).ToArray();
        var sum = floored.Sum();
        return [.. floored.Select(share => share / sum)];
    }

    // 0.97 * 100 is 97.00000000000001; nine digits name every constant here
    private static string Text(double number) => number.ToString("G9", CultureInfo.InvariantCulture);
}
