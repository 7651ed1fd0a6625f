namespace Canary.Statistics;

/// <summary>Judges a candidate as Kayenta does: each metric by itself, then a weighted score. For those who come from Kayenta and want the same verdicts; the other tests of this library are sharper and have known errors.</summary>
/// <remarks>Source: Kayenta at commit a69573be (NetflixACAJudge-v1.0), as described in docs/analysis.md. Immutable; thread-safe.</remarks>
public sealed class KayentaJudge
{
    private const double All = 100;

    // from this share of metrics without data on nothing is said
    private const double MostWithoutData = 0.5;

    private readonly IReadOnlyList<KayentaMetric> _metrics;
    private readonly IReadOnlyDictionary<string, double> _weights;

    /// <summary>Makes a judge.</summary>
    /// <param name="metrics">The metrics; names are unique.</param>
    /// <param name="weights">Weights of groups, percent, finite; groups without one share what is left of 100 equally.</param>
    /// <param name="pass">Score from which on a judgement passes.</param>
    /// <param name="marginal">Score from which on a judgement is marginal.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A name is there twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
    public KayentaJudge(IReadOnlyList<KayentaMetric> metrics, IReadOnlyDictionary<string, double> weights, double pass, double marginal)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(weights);
        if (metrics.DistinctBy(metric => metric.Name).Count() != metrics.Count)
        {
            throw new ArgumentException("Each metric has a name of its own.", nameof(metrics));
        }

        foreach (var weight in weights.Values)
        {
            Require.Finite(weight, nameof(weights));
        }

        _metrics = metrics;
        _weights = weights;
        Pass = Require.Finite(pass);
        Marginal = Require.Finite(marginal);
    }

    /// <summary>Score from which on a judgement passes.</summary>
    public double Pass { get; }

    /// <summary>Score from which on a judgement is marginal.</summary>
    public double Marginal { get; }

    /// <summary>Judges the series of one interval.</summary>
    /// <param name="pairs">The paired series (<see cref="KayentaMixing"/>); those of metrics that are not configured are left out.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pairs"/> is null.</exception>
    public KayentaVerdict Judge(IEnumerable<KayentaPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Score(
        [
            .. from pair in pairs
               join metric in _metrics on pair.Metric equals metric.Name
               select pair.Problem is null ? KayentaClassifier.Classify(metric, pair.Baseline, pair.Candidate) : KayentaClassifier.Error(metric),
        ]);
    }

    /// <summary>Makes a score of findings.</summary>
    /// <param name="results">Findings of metrics, any number per metric.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="results"/> is null.</exception>
    public KayentaVerdict Score(IReadOnlyList<KayentaResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var counted = results.Where(result => !result.Metric.IsMuted).ToList();
        List<KayentaGroupScore> groups =
        [
            .. from result in counted
               from name in result.Metric.Groups
               group result.Classification by name into classified
               select Group(classified.Key, [.. classified]),
        ];
        var reason = Refusal(counted);
        var score = reason is null ? Rounded(Summary(groups)) : 0;
        var grade = score >= Pass ? KayentaGrade.Pass : score >= Marginal ? KayentaGrade.Marginal : KayentaGrade.Fail;
        return new(score, grade, groups, results, reason);
    }

    private static KayentaGroupScore Group(string name, List<KayentaClassification> classified)
    {
        var compared = classified.Count(one => one is not (KayentaClassification.Nodata or KayentaClassification.Error));
        var passed = classified.Count(one => one == KayentaClassification.Pass);
        return new(name, compared == 0 ? 0 : All * passed / compared, compared == 0);
    }

    private static string? Refusal(List<KayentaResult> counted)
    {
        if (counted.Find(result => result.IsCritical && result.Classification != KayentaClassification.Pass) is { } critical)
        {
            return $"the critical metric {critical.Metric.Name} is classified as {critical.Classification}";
        }

        var without = counted.Count(result => result.Classification == KayentaClassification.Nodata);
        return counted.Count > 0 && (double)without / counted.Count >= MostWithoutData ? $"{without} of {counted.Count} metrics have no data" : null;
    }

    private double Summary(List<KayentaGroupScore> groups)
    {
        var unweighted = groups.Count(group => !_weights.ContainsKey(group.Group));
        var rest = unweighted == 0 ? 0 : (All - _weights.Values.Sum()) / unweighted;
        return groups.Sum(group => (group.HasNoData ? All : group.Score) * (_weights.TryGetValue(group.Group, out var weight) ? weight : rest) / All);
    }

    // half up, in decimal as Kayenta does: 0.125 and what prints as it go up
    private static double Rounded(double score) =>
        Math.Abs(score) < 1e12 ? (double)(Math.Floor((decimal)score * 100 + 0.5m) / 100) : score;
}
