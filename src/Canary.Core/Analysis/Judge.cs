using System.Globalization;
using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges a candidate by what was measured. Pure: the same rounds give the same verdict, to the bit.</summary>
/// <remarks>Source: docs/analysis.md; the tests are those of <see cref="CountTest"/> and <see cref="LatencyTest"/>, combined by <see cref="EvidenceCombination"/>.</remarks>
public static class Judge
{
    /// <summary>Takes one round of readings into account; each interval's counts enter exactly once.</summary>
    /// <param name="metrics">What is judged.</param>
    /// <param name="spec">How it is judged.</param>
    /// <param name="state">The evidence so far.</param>
    /// <param name="exposure">Since when requests count.</param>
    /// <param name="measurement">The round.</param>
    /// <returns>The evidence with the round in it; the same when the round is older than the last one.</returns>
    public static AnalysisState Advance(ValueList<MetricSpec> metrics, AnalysisSpec spec, AnalysisState state, Exposure exposure, Measurement measurement)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(exposure);
        ArgumentNullException.ThrowIfNull(measurement);
        if (measurement.At <= state.RoundAt)
        {
            return state;
        }

        var round = Readings.Check(measurement);
        var advanced = new MetricState[metrics.Count];
        var informed = false;
        ShareCount? share = null;
        for (var i = 0; i < metrics.Count; i++)
        {
            var before = i < state.Metrics.Count && state.Metrics[i].Name == metrics[i].Name ? state.Metrics[i] : new MetricState { Name = metrics[i].Name };
            var result = MetricRound.Take(metrics[i], i, spec, before, exposure, round);
            advanced[i] = result.State;
            informed |= result.Informed;

            // always by the same metric: another one's interval may be longer, and requests would count twice
            share = i == 0 ? result.Share : share;
        }

        var counted = state.Share.Weight == exposure.Weight ? state.Share : new ShareCount(exposure.Weight, 0, 0);
        return new AnalysisState
        {
            Metrics = advanced.ToValueList(),
            RoundAt = measurement.At,
            EvidenceAt = informed ? measurement.At : state.EvidenceAt,
            Share = share is null ? counted : counted with { Stable = counted.Stable + share.Stable, Candidate = counted.Candidate + share.Candidate },
        };
    }

    /// <summary>Says what the evidence amounts to.</summary>
    /// <param name="metrics">What is judged.</param>
    /// <param name="spec">How it is judged.</param>
    /// <param name="state">The evidence.</param>
    /// <returns>The verdict with its numbers.</returns>
    public static Verdict Conclude(ValueList<MetricSpec> metrics, AnalysisSpec spec, AnalysisState state)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(state);
        if (metrics.Count == 0 || state.Metrics.Count != metrics.Count)
        {
            return Verdict.None;
        }

        var accepted = Thresholds.LogThreshold(spec.MissedRegression);
        var judges = metrics.Select(metric => MetricJudge.For(metric, spec)).ToList();
        var ended = state.Share.Weight == Weight.Full;
        var verdicts = judges.Select((judge, i) => judge.Conclude(state.Metrics[i], accepted, ended)).ToValueList();
        var sum = metrics.Sum(metric => metric.Share);
        var evidence = EvidenceCombination.WeightedAverage([.. metrics.Select(metric => metric.Share / sum)], [.. verdicts.Select(verdict => verdict.LogEvidence)]);
        var verdict = new Verdict
        {
            State = VerdictState.Running,
            Reason = string.Join("; ", verdicts.Select(metric => metric.Sentence)),
            LogEvidence = evidence,
            LogThreshold = Thresholds.LogThreshold(spec.FalseRollback),
            Metrics = verdicts,
            EvidenceAt = state.EvidenceAt,
            ObservedShare = ShareCheck.Observed(state.Share),
            WeightSeen = ShareCheck.Seen(state.Share),
        };
        if (Thresholds.IsReached(evidence, spec.FalseRollback))
        {
            var worst = Enumerable.Range(0, metrics.Count).MaxBy(i => Math.Log(metrics[i].Share) + verdicts[i].LogEvidence);
            return verdict with { State = VerdictState.Fail, Reason = $"{judges[worst].Describe(state.Metrics[worst])}; {Odds(evidence)} against \"{judges[worst].Margin()}\"" };
        }

        var required = verdicts.Where((_, i) => metrics[i].Required).ToList();
        if (required.FirstOrDefault(metric => metric.Measurement != MeasurementState.Value) is { } missing)
        {
            return verdict with { State = VerdictState.Unknown, Reason = missing.Sentence };
        }

        return required.Count > 0 && required.All(metric => metric.Accepted)
            ? verdict with { State = VerdictState.Pass, Reason = $"within the acceptance margin: {string.Join("; ", required.Select(metric => metric.Sentence))}" }
            : verdict;
    }

    private static string Odds(double logEvidence) =>
        logEvidence > Math.Log(1e6) ? "over 1,000,000 to 1" : string.Create(CultureInfo.InvariantCulture, $"{Math.Exp(logEvidence):N0} to 1");
}
