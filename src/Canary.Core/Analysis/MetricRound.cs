namespace Canary.Core.Analysis;

/// <summary>One round of readings of a metric of counters: what enters the evidence, and what the reading was.</summary>
internal static class MetricRound
{
    /// <summary>After so many intervals without requests a metric has no traffic.</summary>
    private const int IntervalsWithoutTraffic = 6;

    /// <summary>After so many intervals without a reading a metric has no data.</summary>
    private const int IntervalsWithoutData = 3;

    /// <summary>More requests than this in one block are a broken counter. A power of two far above any real block, far enough below 2^53 that sums stay exact.</summary>
    private const double MostRequestsInBlock = 1L << 40;

    public static RoundResult Take(CounterJudge judge, MetricState before, RoundFacts facts)
    {
        var (measurement, spec, exposure) = (facts.Measurement, facts.Spec, facts.Exposure);
        var compared = facts.Compared;
        var (prepared, width, misfit) = judge.Prepare(before, facts);
        var problem = misfit is null ? Unreadable(judge, facts) : (MeasurementState.NoData, misfit);
        if (width == 0 || problem is not null)
        {
            var (kind, reason) = problem ?? (MeasurementState.NoData, "no pod has a series that matches");
            return new RoundResult(Gap(prepared, facts, IntervalsWithoutData, kind, reason), false, null);
        }

        var round = PodDeltas.Take(judge, prepared, width, facts);
        if (round.WaitsFor is { } pod)
        {
            return new RoundResult(prepared with { Pods = round.Pods, LastReason = $"waits for {pod}" }, false, null);
        }

        var state = prepared with { Pods = round.Pods };
        var counted = round.Deltas.Where(delta => Counts(judge, delta, exposure)).ToList();
        var stable = Sum(counted, compared, width);
        var candidate = Sum(counted, ArmName.Candidate, width);
        var share = Share(judge, round.Deltas, exposure);
        if (Impossible(judge, state, stable) || Impossible(judge, state, candidate))
        {
            return new RoundResult(Gap(state, facts, IntervalsWithoutData, MeasurementState.NoData, "a counter jumped by more requests than there can be"), false, null);
        }

        state = Taken(judge, state, counted, stable, candidate, facts);
        if (measurement.Pods.All(read => facts.ReadingOf(read) is null or MetricReading.Absent))
        {
            return new RoundResult(Gap(state, facts, IntervalsWithoutData, MeasurementState.NoData, "no pod has a series that matches"), false, share);
        }

        if (exposure.Since is null)
        {
            return new RoundResult(Value(state, facts.At, null), false, share);
        }

        var stableSilent = judge.Requests(stable) == 0;
        var candidateSilent = judge.Requests(candidate) == 0;

        // under full weight there is nobody to compare with: what was shown before still holds, as long as the candidate answers
        if (!candidateSilent && (!stableSilent || exposure.Weight == Traffic.Weight.Full || !judge.Compares))
        {
            return new RoundResult(Value(state, facts.At, null), true, share);
        }

        var silent = candidateSilent ? ArmName.Candidate : compared;
        if (counted.All(delta => delta.Arm != silent))
        {
            return Begins(judge, facts, silent)
                ? new RoundResult(Value(state, facts.At, $"the pods of {Name(silent)} warm up"), false, share)
                : new RoundResult(Gap(state, facts, IntervalsWithoutData, MeasurementState.NoData, $"no pod of {Name(silent)} kept its counters for a whole interval"), false, share);
        }

        var missing = stableSilent && candidateSilent ? "no requests arrive" : $"no requests reach {Name(silent)}";
        return new RoundResult(Gap(state, facts, IntervalsWithoutTraffic, MeasurementState.NoTraffic, missing), false, share);
    }

    /// <summary>A reading that is no value becomes the metric's state only when it stays so.</summary>
    public static MetricState Gap(MetricState state, RoundFacts facts, int intervals, MeasurementState kind, string reason)
    {
        var since = state.GapSince ?? state.ValueAt ?? facts.At;
        var last = facts.At - since >= facts.Spec.Interval * intervals ? kind : state.Last;
        return state with { GapSince = since, Last = last, LastReason = reason };
    }

    public static MetricState Value(MetricState state, DateTimeOffset now, string? reason) =>
        state with { Last = MeasurementState.Value, LastReason = reason, GapSince = null, ValueAt = now };

    public static string Name(ArmName arm) => arm switch
    {
        ArmName.Stable => "the stable revision",
        ArmName.Baseline => "the baseline",
        _ => "the candidate",
    };

    /// <summary>Takes what was counted into the tests, the record of blocks and what is known of the stable pods among themselves.</summary>
    private static MetricState Taken(CounterJudge judge, MetricState state, List<PodDeltas.PodDelta> counted, double[] stable, double[] candidate, RoundFacts facts)
    {
        if (judge.Requests(stable) == 0 && judge.Requests(candidate) == 0)
        {
            return state;
        }

        var from = counted.Min(delta => delta.From);
        if (judge.NeedsSettledWeight && !(from >= facts.Exposure.WeightSince))
        {
            return state;
        }

        var block = new BlockRecord(facts.At, Math.Max(0, (facts.At - from).TotalSeconds), facts.Exposure.Weight, facts.Exposure.Since is not null, stable.ToValueList(), candidate.ToValueList());
        return judge.Count(state, block) with
        {
            Blocks = Blocks.Add(state.Blocks, block),
            Learned = StablePeers.Add(state.Learned, judge, state, counted, block.Seconds),
        };
    }

    /// <summary>Requests count from the exposure on; before it the stable revision's teach what is usual.</summary>
    private static bool Counts(CounterJudge judge, PodDeltas.PodDelta delta, Exposure exposure) =>
        (delta.Warm || judge.CountsColdPods) && (exposure.Since is { } since ? delta.From >= since : delta.Arm == ArmName.Stable);

    private static double[] Sum(List<PodDeltas.PodDelta> deltas, ArmName arm, int width)
    {
        var sum = new double[width];
        foreach (var delta in deltas)
        {
            for (var i = 0; delta.Arm == arm && i < width; i++)
            {
                sum[i] += delta.Values[i];
            }
        }

        return sum;
    }

    /// <summary>Counts pods that warm up, too: proxies do not spare them.</summary>
    private static ShareCount Share(CounterJudge judge, IReadOnlyList<PodDeltas.PodDelta> deltas, Exposure exposure)
    {
        var (stable, candidate) = (0.0, 0.0);
        foreach (var delta in deltas.Where(delta => delta.From >= exposure.WeightSince))
        {
            if (delta.Arm == ArmName.Candidate)
            {
                candidate += judge.Requests(delta.Values);
            }
            else
            {
                stable += judge.Requests(delta.Values);
            }
        }

        return new ShareCount(exposure.Weight, stable, candidate);
    }

    private static bool Impossible(CounterJudge judge, MetricState state, double[] block) =>
        judge.Requests(block) > MostRequestsInBlock || judge.Requests(state.Stable) + judge.Requests(state.Candidate) + judge.Requests(block) > Readings.LargestCount;

    /// <summary>Whether a pod of an arm is still within its warm-up, or its first interval since the exposure.</summary>
    private static bool Begins(CounterJudge judge, RoundFacts facts, ArmName arm) => facts.Measurement.Pods.Any(pod =>
    {
        var from = judge.CountsColdPods ? pod.ReadySince : pod.ReadySince + facts.Spec.WarmUp;
        return pod.Arm == arm && pod.Failure is null && facts.At < (from > facts.Exposure.Since ? from : facts.Exposure.Since) + 2 * facts.Spec.Interval;
    });

    /// <summary>Why an arm tells nothing at all; null when each that matters has a pod that does.</summary>
    private static (MeasurementState State, string Reason)? Unreadable(CounterJudge judge, RoundFacts facts)
    {
        foreach (var arm in facts.Needed(judge.Compares))
        {
            if (Unreadable(facts, arm) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>Why an arm tells nothing at all; null when a pod of it does.</summary>
    public static (MeasurementState State, string Reason)? Unreadable(RoundFacts facts, ArmName arm)
    {
        var pods = facts.Measurement.Pods.Where(pod => pod.Arm == arm).ToList();
        if (pods.Count == 0)
        {
            return (MeasurementState.NoData, $"{Name(arm)} has no ready pod to read");
        }

        if (pods.All(pod => pod.Failure is not null))
        {
            return (MeasurementState.Error, $"no pod of {Name(arm)} could be read: {pods[0].Pod}: {pods[0].Failure}");
        }

        var told = pods.Where(pod => facts.ReadingOf(pod) is not null).ToList();
        return told.Count > 0 && told.All(pod => facts.ReadingOf(pod) is MetricReading.Invalid)
            ? (MeasurementState.NoData, $"{told[0].Pod} of {Name(arm)}: {((MetricReading.Invalid)facts.ReadingOf(told[0])!).Reason}") // all are
            : null;
    }
}
