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
}
