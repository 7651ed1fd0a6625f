using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges a candidate by what was measured. Pure: the same rounds give the same verdict, to the bit.</summary>
/// <remarks>Source: docs/analysis.md; the tests are those of Canary.Statistics, combined by <see cref="EvidenceCombination"/>.</remarks>
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
        var (steps, stake) = Stake.Of(state.Steps, exposure);
        var advanced = new MetricState[metrics.Count];
        var informed = false;
        var sharing = -1;
        ShareCount? share = null;
        for (var i = 0; i < metrics.Count; i++)
        {
            var judge = MetricJudge.For(metrics[i], spec);
            var before = i < state.Metrics.Count && state.Metrics[i].Name == metrics[i].Name ? state.Metrics[i] : new MetricState { Name = metrics[i].Name };
            var result = judge.Take(stake.Put(judge, before), new RoundFacts(i, spec, exposure, round));
            advanced[i] = result.State;
            informed |= result.Informed;

            // always by the same metric: another one's interval may be longer, and requests would count twice
            sharing = sharing < 0 && judge is CounterJudge { Compares: true } ? i : sharing;
            share = i == sharing ? result.Share : share;
        }

        var counted = state.Share.Weight == exposure.Weight ? state.Share : new ShareCount(exposure.Weight, 0, 0);
        return new AnalysisState
        {
            Metrics = advanced.ToValueList(),
            RoundAt = measurement.At,
            EvidenceAt = informed ? measurement.At : state.EvidenceAt,
            Steps = steps,
            StepEndsAt = exposure.StepEndsAt,
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

        var court = Court.Hold(metrics, spec, state);
        var verdict = new Verdict
        {
            State = VerdictState.Running,
            Reason = string.Join("; ", court.Verdicts.Select(metric => metric.Sentence)),
            LogEvidence = court.LogEvidence,
            LogThreshold = Thresholds.LogThreshold(spec.FalseRollback),
            Metrics = court.Verdicts,
            EvidenceAt = state.EvidenceAt,
            ObservedShare = ShareCheck.Observed(state.Share),
            WeightSeen = metrics.Index().Any(pair => pair.Item is MetricSpec.Traffic && court.Verdicts[pair.Index].Warning is not null) ? false : ShareCheck.Seen(state.Share),
            Power = court.Power(),
        };
        if (court.Verdicts.FirstOrDefault(metric => metric.Tripped) is { } tripped)
        {
            return verdict with { State = VerdictState.Fail, Reason = tripped.Sentence };
        }

        if (Thresholds.IsReached(court.LogEvidence, spec.FalseRollback))
        {
            return verdict with { State = VerdictState.Fail, Reason = court.Blame(state) };
        }

        var required = court.Verdicts.Where((_, i) => metrics[i].Required).ToList();
        if (required.FirstOrDefault(metric => metric.Measurement != MeasurementState.Value) is { } missing)
        {
            return verdict with { State = VerdictState.Unknown, Reason = missing.Sentence };
        }

        return verdict with
        {
            State = required.Count > 0 && required.All(metric => metric.Accepted) ? VerdictState.Pass : VerdictState.Running,
            WithinBounds = required.Count > 0 && required.All(metric => metric.Accepted || metric.WithinBound),
            Reason = required.Count > 0 && required.All(metric => metric.Accepted) ? $"within the acceptance margin: {string.Join("; ", required.Select(metric => metric.Sentence))}" : verdict.Reason,
        };
    }

    /// <summary>All metrics together.</summary>
    private sealed record Court(ValueList<MetricSpec> Metrics, AnalysisSpec Spec, MetricJudge[] Judges, ValueList<MetricVerdict> Verdicts, double[] Shares)
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
            var verdicts = judges.Select((judge, i) => judge.Conclude(state.Metrics[i], new Circumstances(
                accepted,
                shares[i] > 0 ? Thresholds.LogThreshold(spec.FalseRollback, shares[i]) : double.PositiveInfinity,
                ended,
                left))).ToValueList();
            var evidence = shares.Any(share => share > 0) ? EvidenceCombination.WeightedAverage(shares, [.. verdicts.Select(verdict => verdict.LogEvidence)]) : 0;
            return new Court(metrics, spec, judges, verdicts, shares) { LogEvidence = evidence };
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
}
