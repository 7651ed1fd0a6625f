using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>One round of readings of a metric of levels.</summary>
internal static class LevelRound
{
    private const int IntervalsWithoutData = 3;

    public static RoundResult Take(LevelJudge judge, MetricState before, RoundFacts facts)
    {
        var exposure = facts.Exposure;
        foreach (var arm in facts.Needed(judge.Compares))
        {
            if (MetricRound.Unreadable(facts, arm) is { } problem)
            {
                return Gap(before, facts, problem.State, problem.Reason);
            }
        }

        var state = Learned(judge, before, facts);
        if (exposure.Since is not { } since)
        {
            return new RoundResult(MetricRound.Value(state, facts.At, null), false, null);
        }

        // idle pods say nothing about busy ones: under full weight nothing is compared
        if (judge.Compares && exposure.Weight == Weight.Full)
        {
            return new RoundResult(MetricRound.Value(state, facts.At, null), true, null);
        }

        var candidate = Level(facts, ArmName.Candidate);
        var stable = judge.Compares ? Level(facts, facts.Compared) : 0;
        if (candidate is null || stable is null)
        {
            var silent = candidate is null ? ArmName.Candidate : facts.Compared;
            return facts.Measurement.Pods.Any(pod => pod.Arm == silent && pod.Failure is null && !IsWarm(pod, facts))
                ? new RoundResult(MetricRound.Value(state, facts.At, $"the pods of {MetricRound.Name(silent)} warm up"), false, null)
                : Gap(state, facts, MeasurementState.NoData, $"no pod of {MetricRound.Name(silent)} has a series that matches");
        }

        var block = new BlockRecord(facts.At, facts.Spec.Interval.TotalSeconds, exposure.Weight, true, [stable.Value, 1], [candidate.Value, 1]);
        var sampled = judge.Sample(state, facts.At, since, stable.Value, candidate.Value) with { Blocks = Blocks.Add(state.Blocks, block) };
        return new RoundResult(MetricRound.Value(sampled, facts.At, null), true, null);
    }

    private static RoundResult Gap(MetricState state, RoundFacts facts, MeasurementState kind, string reason) =>
        new(MetricRound.Gap(state, facts, IntervalsWithoutData, kind, reason), false, null);

    private static bool IsWarm(PodReading pod, RoundFacts facts) => pod.At >= pod.ReadySince + facts.Spec.WarmUp;

    /// <summary>The mean over the warm pods of an arm; null without any.</summary>
    private static double? Level(RoundFacts facts, ArmName arm)
    {
        var (sum, count) = (0.0, 0);
        foreach (var pod in facts.Measurement.Pods)
        {
            if (pod.Arm == arm && IsWarm(pod, facts) && facts.ReadingOf(pod) is MetricReading.Level level)
            {
                sum += level.Value;
                count++;
            }
        }

        return count == 0 ? null : sum / count;
    }

    private static MetricState Learned(LevelJudge judge, MetricState state, RoundFacts facts)
    {
        var (first, second, pods) = (0.0, 0.0, 0);
        foreach (var pod in facts.Measurement.Pods.Where(pod => pod.Arm == ArmName.Stable && IsWarm(pod, facts)).OrderBy(pod => pod.Uid, StringComparer.Ordinal))
        {
            if (facts.ReadingOf(pod) is MetricReading.Level level)
            {
                (first, second) = pods % 2 == 0 ? (first + level.Value, second) : (first, second + level.Value);
                pods++;
            }
        }

        return pods < 2 ? state : judge.Learn(state, first / ((pods + 1) / 2), second / (pods / 2));
    }
}
