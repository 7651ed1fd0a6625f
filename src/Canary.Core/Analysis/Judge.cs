using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges a candidate by what was measured. Pure: the same rounds give the same verdict, to the bit.</summary>
/// <remarks>Source: docs/analysis.md; the tests are those of <see cref="CountTest"/> and <see cref="LatencyTest"/>, combined by <see cref="EvidenceCombination"/>.</remarks>
public static class Judge
{
    /// <summary>After so many intervals without requests a metric has no traffic.</summary>
    private const int IntervalsWithoutTraffic = 6;

    /// <summary>After so many intervals without a reading a metric has no data.</summary>
    private const int IntervalsWithoutData = 3;

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

        var advanced = new MetricState[metrics.Count];
        var informed = false;
        ShareCount? share = null;
        for (var i = 0; i < metrics.Count; i++)
        {
            var before = i < state.Metrics.Count && state.Metrics[i].Name == metrics[i].Name ? state.Metrics[i] : new MetricState { Name = metrics[i].Name };
            var round = Round(metrics[i], i, spec, before, exposure, measurement);
            advanced[i] = round.State;
            informed |= round.Informed;
            share ??= round.Share;
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
        var verdicts = metrics.Select((metric, i) => MetricJudge.For(metric, spec).Conclude(state.Metrics[i], accepted)).ToValueList();
        var sum = metrics.Sum(metric => metric.Share);
        var evidence = EvidenceCombination.WeightedAverage([.. metrics.Select(metric => metric.Share / sum)], [.. verdicts.Select(verdict => verdict.LogEvidence)]);
        var verdict = new Verdict
        {
            State = VerdictState.Running,
            Reason = "",
            LogEvidence = evidence,
            LogThreshold = Thresholds.LogThreshold(spec.FalseRollback),
            Metrics = verdicts,
            EvidenceAt = state.EvidenceAt,
            ObservedShare = ShareCheck.Observed(state.Share),
            WeightSeen = ShareCheck.Seen(state.Share),
        };
        var required = verdicts.Where((_, i) => metrics[i].Required).ToList();
        if (Thresholds.IsReached(evidence, spec.FalseRollback))
        {
            var worst = verdicts.MaxBy(metric => metric.LogEvidence)!;
            return verdict with { State = VerdictState.Fail, Reason = $"{worst.Sentence}; {Evidence(evidence)} against \"no worse than the margin\"" };
        }

        if (required.FirstOrDefault(metric => metric.Measurement != MeasurementState.Value) is { } missing)
        {
            return verdict with { State = VerdictState.Unknown, Reason = missing.Sentence };
        }

        return required.Count > 0 && required.All(metric => metric.Accepted)
            ? verdict with { State = VerdictState.Pass, Reason = $"no worse than the acceptance margin: {string.Join("; ", required.Select(metric => metric.Sentence))}" }
            : verdict with { Reason = string.Join("; ", verdicts.Select(metric => metric.Sentence)) };
    }

    private static string Evidence(double logEvidence) =>
        logEvidence > 20 ? "the evidence is over 100 million to 1" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the evidence is {Math.Exp(logEvidence):N0} to 1");

    private static (MetricState State, bool Informed, ShareCount? Share) Round(MetricSpec metric, int index, AnalysisSpec spec, MetricState before, Exposure exposure, Measurement measurement)
    {
        var judge = MetricJudge.For(metric, spec);
        var (prepared, width, problem) = judge.Prepare(before, index, measurement);
        problem ??= Unreadable(measurement, index);
        if (width == 0 || problem is not null)
        {
            return (Gap(prepared, measurement.At, spec.Interval * IntervalsWithoutData, problem?.State ?? MeasurementState.NoData, problem?.Reason ?? "no pod has told this metric yet"), false, null);
        }

        var round = PodDeltas.Take(prepared, index, width, spec, exposure, measurement);
        if (round.Waits)
        {
            return (prepared with { LastReason = "waits for a pod that could not be read" }, false, null);
        }

        var stable = new double[width];
        var candidate = new double[width];
        double shareStable = 0, shareCandidate = 0;
        foreach (var delta in round.Counted)
        {
            var counts = delta.From >= exposure.Since || (delta.Arm == ArmName.Stable && exposure.Since is null);
            if (!counts)
            {
                continue;
            }

            var sum = delta.Arm == ArmName.Stable ? stable : candidate;
            for (var i = 0; i < width; i++)
            {
                sum[i] += delta.Values[i];
            }

            if (delta.From >= exposure.WeightSince)
            {
                var requests = judge.Requests(delta.Values);
                shareStable += delta.Arm == ArmName.Stable ? requests : 0;
                shareCandidate += delta.Arm == ArmName.Candidate ? requests : 0;
            }
        }

        var state = prepared with { Pods = round.Pods };
        if (exposure.Since is null)
        {
            Array.Clear(candidate);
        }

        state = judge.Count(state, stable, candidate, exposed: exposure.Since is not null);

        // at full weight nothing can reach the stable revision: there is nothing to compare, and nothing missing
        var both = judge.Requests(candidate) > 0 && (judge.Requests(stable) > 0 || exposure.Weight == Weight.Full);
        state = both || exposure.Since is null
            ? state with { Last = MeasurementState.Value, LastReason = null, GapSince = null, ValueAt = measurement.At }
            : Gap(state, measurement.At, spec.Interval * IntervalsWithoutTraffic, MeasurementState.NoTraffic, judge.Requests(candidate) > 0 ? "no requests reach the stable revision" : "no requests reach the candidate");
        return (state, both && exposure.Since is not null, new ShareCount(exposure.Weight, shareStable, shareCandidate));
    }

    /// <summary>A reading that is no value becomes the metric's state only when it stays so.</summary>
    private static MetricState Gap(MetricState state, DateTimeOffset now, TimeSpan patience, MeasurementState kind, string reason)
    {
        var since = state.GapSince ?? state.ValueAt ?? now;
        return now - since >= patience
            ? state with { GapSince = since, Last = kind, LastReason = reason }
            : state with { GapSince = since, Last = state.ValueAt is null ? state.Last : MeasurementState.Value, LastReason = reason };
    }

    /// <summary>Why an arm tells nothing at all; null when each has a pod that does.</summary>
    private static (MeasurementState State, string Reason)? Unreadable(Measurement measurement, int index)
    {
        foreach (var arm in (ReadOnlySpan<ArmName>)[ArmName.Stable, ArmName.Candidate])
        {
            var pods = measurement.Pods.Where(pod => pod.Arm == arm).ToList();
            var name = arm == ArmName.Stable ? "the stable revision" : "the candidate";
            if (pods.Count == 0)
            {
                return (MeasurementState.NoData, $"{name} has no ready pod to read");
            }

            if (pods.All(pod => pod.Failure is not null))
            {
                return (MeasurementState.Error, $"no pod of {name} could be read: {pods[0].Pod}: {pods[0].Failure}");
            }

            var told = pods.Where(pod => pod.Failure is null && index < pod.Metrics.Count).ToList();
            if (told.Count > 0 && told.All(pod => pod.Metrics[index] is MetricReading.Invalid))
            {
                return (MeasurementState.NoData, $"{told[0].Pod} of {name}: {((MetricReading.Invalid)told[0].Metrics[index]).Reason}");
            }
        }

        return measurement.Pods.All(pod => pod.Failure is not null || index >= pod.Metrics.Count || pod.Metrics[index] is MetricReading.Absent)
            ? (MeasurementState.NoData, "no pod has a series that matches")
            : null;
    }
}
