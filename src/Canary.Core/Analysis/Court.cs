using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>All metrics together.</summary>
internal sealed record Court(ValueList<MetricSpec> Metrics, AnalysisSpec Spec, MetricJudge[] Judges, ValueList<MetricVerdict> Verdicts, double[] Shares)
{
    /// <summary>The average of the present evidence, weighted by the shares of the budget; 0 when no metric stakes.</summary>
    public double LogEvidence { get; init; }

    public static Court Hold(ValueList<MetricSpec> metrics, AnalysisSpec spec, AnalysisState state)
    {
        var sum = metrics.Where(metric => metric.Stakes).Sum(metric => metric.Share);
        var shares = metrics.Select(metric => metric.Stakes ? metric.Share / sum : 0).ToArray();
        var accepted = Thresholds.LogThreshold(spec.MissedRegression);
        var ended = state.Share.Weight == Weight.Full;
        double? left = state is { StepEndsAt: { } ends, RoundAt: { } now } ? Math.Max(0, (ends - now).TotalSeconds) : null;
        var judges = metrics.Select(metric => MetricJudge.For(metric, spec)).ToArray();
        var verdicts = judges.Select((judge, i) => Heard(judge, state.Metrics[i], new Circumstances(
            accepted,
            shares[i] > 0 ? Thresholds.LogThreshold(spec.FalseRollback, shares[i]) : double.PositiveInfinity,
            ended,
            left))).ToValueList();
        verdicts = KayentaScore.Apply(judges, state, ended, verdicts);
        var evidence = shares.Any(share => share > 0) ? EvidenceCombination.WeightedAverage(shares, [.. verdicts.Select(verdict => verdict.LogEvidence)]) : 0;
        return new Court(metrics, spec, judges, verdicts, shares) { LogEvidence = evidence };
    }

    private static MetricVerdict Heard(MetricJudge judge, MetricState state, Circumstances about)
    {
        var verdict = judge.Conclude(state, about);
        return judge.IsTest ? verdict with { Evidence = $"{Phrase.Odds(verdict.LogEvidence)} against \"{judge.Against}\"" } : verdict;
    }

    /// <summary>Says which metrics the evidence is against, and how strong it is.</summary>
    /// <remarks>By closed testing each metric that is named is worse, and not only some of them, with the same certainty as the verdict.</remarks>
    public string Blame(AnalysisState state)
    {
        var staking = Enumerable.Range(0, Metrics.Count).Where(i => Shares[i] > 0).ToList();
        var culprits = Attribution.Culprits([.. staking.Select(i => Verdicts[i].LogEvidence)], Spec.FalseRollback, [.. staking.Select(i => Shares[i])]).Select(i => staking[i]).ToList();
        var worst = staking.MaxBy(i => Math.Log(Shares[i]) + Verdicts[i].LogEvidence);
        var named = culprits.Count > 0 ? culprits.OrderByDescending(i => Math.Log(Shares[i]) + Verdicts[i].LogEvidence).ToList() : [worst];
        var together = culprits.Count > 0 || staking.Count == 1 ? "" : ", together with the other metrics";
        return $"{string.Join("; ", named.Select(i => Judges[i].Describe(state.Metrics[i])))}{together}; {Phrase.Odds(LogEvidence)} against \"{Judges[named[0]].Against}\"";
    }

    /// <summary>What the step can see, or could have; null when nothing can be said.</summary>
    public string? Power()
    {
        var visible = Verdicts.Where(verdict => verdict.SmallestVisibleRatio is not null).ToList();
        return visible.Count == 0
            ? null
            : $"it would have shown {string.Join(" and ", visible.Select(verdict => $"{verdict.Name} {Phrase.Number(verdict.SmallestVisibleRatio!.Value)} times the stable ratio"))} or more";
    }
}
