namespace Canary.Statistics;

/// <summary>Pairs the series of both sides as Kayenta does before it judges.</summary>
/// <remarks>Source: Kayenta at commit a69573be, as described in docs/analysis.md. Pure; thread-safe.</remarks>
public static class KayentaMixing
{
    /// <summary>Pairs all series of the configured metrics.</summary>
    /// <param name="metrics">Names of the metrics.</param>
    /// <param name="baseline">All series of the baseline.</param>
    /// <param name="candidate">All series of the candidate.</param>
    /// <returns>
    /// For each metric one pair per set of tags, or one without points when it has no series: both sides by equal tags, a missing partner as NaN; when exactly one side has a series without tags, that side as NaN against each series of the other.
    /// Sides whose tags have other keys than the other's give one pair that says so, where Kayenta fails.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IReadOnlyList<KayentaPair> Mix(IEnumerable<string> metrics, IReadOnlyCollection<KayentaSeries> baseline, IReadOnlyCollection<KayentaSeries> candidate)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(candidate);
        return
        [
            .. metrics.SelectMany(metric => Mix(
                metric,
                [.. baseline.Where(series => series.Metric == metric)],
                [.. candidate.Where(series => series.Metric == metric)])),
        ];
    }

    private static IEnumerable<KayentaPair> Mix(string metric, List<KayentaSeries> baseline, List<KayentaSeries> candidate)
    {
        var blankBaseline = baseline.Exists(series => series.Tags.IsEmpty);
        var blankCandidate = candidate.Exists(series => series.Tags.IsEmpty);
        if (blankBaseline != blankCandidate && baseline.Count > 0 && candidate.Count > 0)
        {
            return blankBaseline
                ? candidate.Select(series => new KayentaPair(metric, series.Tags, Missing(series), Padded(series)))
                : baseline.Select(series => new KayentaPair(metric, series.Tags, Padded(series), Missing(series)));
        }

        var all = baseline.Concat(candidate).ToList();
        if (all.Count == 0)
        {
            return [new(metric, KayentaTags.None, [], [])];
        }

        if (all.Find(series => !series.Tags.HasKeysOf(all[0].Tags)) is { } other)
        {
            return [new(metric, all[0].Tags, [], [], $"{metric} has series with the labels {all[0].Tags} and {other.Tags}: they cannot be paired")];
        }

        return all.Select(series => series.Tags).Distinct().Select(tags =>
        {
            var (one, two) = (baseline.Find(series => series.Tags.Equals(tags)), candidate.Find(series => series.Tags.Equals(tags)));
            return new KayentaPair(metric, tags, one is null ? Missing(two!) : Padded(one), two is null ? Missing(one!) : Padded(two));
        });
    }

    private static NumberList Padded(KayentaSeries series) =>
        NumberList.From(series.Points.Concat(Enumerable.Repeat(double.NaN, Math.Max(0, series.ExpectedPoints - series.Points.Count))));

    private static NumberList Missing(KayentaSeries partner) => NumberList.From(Enumerable.Repeat(double.NaN, Math.Max(partner.ExpectedPoints, partner.Points.Count)));
}
