namespace Canary.Core.Analysis;

/// <summary>One round of readings of one metric: what enters the evidence, and what the reading was.</summary>
internal static class MetricRound
{
    /// <summary>After so many intervals without requests a metric has no traffic.</summary>
    private const int IntervalsWithoutTraffic = 6;

    /// <summary>After so many intervals without a reading a metric has no data.</summary>
    private const int IntervalsWithoutData = 3;

    /// <summary>More requests than this in one block are a broken counter. A power of two far above any real block, far enough below 2^53 that sums stay exact.</summary>
    private const double MostRequestsInBlock = 1L << 40;

    /// <summary>What became of the round.</summary>
    /// <param name="State">The metric with the round in it.</param>
    /// <param name="Informed">Whether requests entered the evidence.</param>
    /// <param name="Share">Requests of all pods since every proxy knows the weight; null when none were read.</param>
    public sealed record Result(MetricState State, bool Informed, ShareCount? Share);

    public static Result Take(MetricSpec metric, int index, AnalysisSpec spec, MetricState before, Exposure exposure, Measurement measurement)
    {
        var judge = MetricJudge.For(metric, spec);
        var (prepared, width, misfit) = judge.Prepare(before, index, measurement);
        var problem = misfit is null ? Unreadable(measurement, index, spec, exposure) : (MeasurementState.NoData, misfit);
        if (width == 0 || problem is not null)
        {
            var (kind, reason) = problem ?? (MeasurementState.NoData, "no pod has a series that matches");
            return new Result(Gap(prepared, measurement.At, spec.Interval * IntervalsWithoutData, kind, reason), false, null);
        }

        var round = PodDeltas.Take(judge, prepared, index, width, spec, measurement);
        if (round.WaitsFor is { } pod)
        {
            return new Result(prepared with { LastReason = $"waits for {pod}, which could not be read" }, false, null);
        }

        var state = prepared with { Pods = round.Pods };
        var counted = round.Deltas.Where(delta => Counts(delta, exposure)).ToList();
        var comparison = Comparison(spec, exposure);
        var stable = Sum(counted, comparison, width);
        var candidate = Sum(counted, ArmName.Candidate, width);
        var share = Share(judge, round.Deltas, exposure);
        if (Impossible(judge, state, stable) || Impossible(judge, state, candidate))
        {
            return new Result(Gap(state, measurement.At, spec.Interval * IntervalsWithoutData, MeasurementState.NoData, "a counter jumped by more requests than there can be"), false, null);
        }

        state = judge.Count(state, stable, candidate, exposed: exposure.Since is not null);
        if (measurement.Pods.All(read => read.Failure is not null || index >= read.Metrics.Count || read.Metrics[index] is MetricReading.Absent))
        {
            return new Result(Gap(state, measurement.At, spec.Interval * IntervalsWithoutData, MeasurementState.NoData, "no pod has a series that matches"), false, share);
        }

        if (exposure.Since is null)
        {
            return new Result(Value(state, measurement.At, null), false, share);
        }

        var stableSilent = judge.Requests(stable) == 0;
        var candidateSilent = judge.Requests(candidate) == 0;

        // under full weight there is nobody to compare with: what was shown before still holds, as long as the candidate answers
        if (!candidateSilent && (!stableSilent || exposure.Weight == Traffic.Weight.Full))
        {
            return new Result(Value(state, measurement.At, null), true, share);
        }

        var silent = candidateSilent ? ArmName.Candidate : comparison;
        if (counted.All(delta => delta.Arm != silent))
        {
            return Begins(spec, exposure, measurement, silent)
                ? new Result(Value(state, measurement.At, $"the pods of {Name(silent)} warm up"), false, share)
                : new Result(Gap(state, measurement.At, spec.Interval * IntervalsWithoutData, MeasurementState.NoData, $"no pod of {Name(silent)} kept its counters for a whole interval"), false, share);
        }

        var missing = stableSilent && candidateSilent ? "no requests arrive" : $"no requests reach {Name(silent)}";
        return new Result(Gap(state, measurement.At, spec.Interval * IntervalsWithoutTraffic, MeasurementState.NoTraffic, missing), false, share);
    }

    /// <summary>The arm that the candidate is compared with; before the exposure what is usual is learned from the pods that serve, whose template a fresh baseline shares.</summary>
    private static ArmName Comparison(AnalysisSpec spec, Exposure exposure) =>
        spec.Baseline == BaselineKind.Fresh && exposure.Since is not null ? ArmName.Baseline : ArmName.Stable;

    /// <summary>Requests count from the exposure on; before it the stable revision's teach what is usual.</summary>
    private static bool Counts(PodDeltas.PodDelta delta, Exposure exposure) =>
        delta.Warm && (exposure.Since is { } since ? delta.From >= since : delta.Arm == ArmName.Stable);

    private static double[] Sum(List<PodDeltas.PodDelta> deltas, ArmName arm, int width)
    {
        var sum = new double[width];
        foreach (var delta in deltas.Where(delta => delta.Arm == arm))
        {
            for (var i = 0; i < width; i++)
            {
                sum[i] += delta.Values[i];
            }
        }

        return sum;
    }

    /// <summary>Counts pods that warm up, too: proxies do not spare them.</summary>
    private static ShareCount Share(MetricJudge judge, IReadOnlyList<PodDeltas.PodDelta> deltas, Exposure exposure)
    {
        var known = deltas.Where(delta => delta.From >= exposure.WeightSince).ToLookup(delta => delta.Arm, delta => judge.Requests(delta.Values));
        return new ShareCount(exposure.Weight, known[ArmName.Stable].Sum() + known[ArmName.Baseline].Sum(), known[ArmName.Candidate].Sum());
    }

    private static bool Impossible(MetricJudge judge, MetricState state, double[] block) =>
        judge.Requests(block) > MostRequestsInBlock || judge.Requests(state.Stable) + judge.Requests(state.Candidate) + judge.Requests(block) > Readings.LargestCount;

    /// <summary>Whether a pod of an arm is still within its warm-up, or its first interval since the exposure.</summary>
    private static bool Begins(AnalysisSpec spec, Exposure exposure, Measurement measurement, ArmName arm) => measurement.Pods.Any(pod =>
    {
        var from = pod.ReadySince + spec.WarmUp;
        return pod.Arm == arm && pod.Failure is null && measurement.At < (from > exposure.Since ? from : exposure.Since) + 2 * spec.Interval;
    });

    private static MetricState Value(MetricState state, DateTimeOffset now, string? reason) =>
        state with { Last = MeasurementState.Value, LastReason = reason, GapSince = null, ValueAt = now };

    /// <summary>A reading that is no value becomes the metric's state only when it stays so.</summary>
    private static MetricState Gap(MetricState state, DateTimeOffset now, TimeSpan patience, MeasurementState kind, string reason)
    {
        var since = state.GapSince ?? state.ValueAt ?? now;
        var last = now - since >= patience ? kind : state.Last;
        return state with { GapSince = since, Last = last, LastReason = reason };
    }

    /// <summary>Why an arm tells nothing at all; null when each that matters has a pod that does.</summary>
    private static (MeasurementState State, string Reason)? Unreadable(Measurement measurement, int index, AnalysisSpec spec, Exposure exposure)
    {
        var comparison = Comparison(spec, exposure);
        ReadOnlySpan<ArmName> needed = exposure switch
        {
            // the candidate may well have no pod yet, and the stable revision can be learned from all the same
            { Since: null } => [ArmName.Stable],

            // a fresh baseline has gone by then: nothing is left to be compared
            _ when comparison == ArmName.Baseline && exposure.Weight == Traffic.Weight.Full => [ArmName.Candidate],
            _ => [comparison, ArmName.Candidate],
        };
        foreach (var arm in needed)
        {
            var pods = measurement.Pods.Where(pod => pod.Arm == arm).ToList();
            if (pods.Count == 0)
            {
                return (MeasurementState.NoData, $"{Name(arm)} has no ready pod to read");
            }

            if (pods.All(pod => pod.Failure is not null))
            {
                return (MeasurementState.Error, $"no pod of {Name(arm)} could be read: {pods[0].Pod}: {pods[0].Failure}");
            }

            var told = pods.Where(pod => pod.Failure is null && index < pod.Metrics.Count).ToList();
            if (told.Count > 0 && told.All(pod => pod.Metrics[index] is MetricReading.Invalid))
            {
                return (MeasurementState.NoData, $"{told[0].Pod} of {Name(arm)}: {((MetricReading.Invalid)told[0].Metrics[index]).Reason}");
            }
        }

        return null;
    }

    private static string Name(ArmName arm) => arm switch
    {
        ArmName.Stable => "the stable revision",
        ArmName.Baseline => "the baseline",
        _ => "the candidate",
    };
}
