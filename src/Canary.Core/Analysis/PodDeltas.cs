namespace Canary.Core.Analysis;

/// <summary>Takes the differences of raw counters: what each pod counted since it was last read.</summary>
internal static class PodDeltas
{
    /// <summary>A pod that could not be read for so many intervals is given up, and the others are counted without it.</summary>
    private const int IntervalsUntilGivenUp = 3;

    /// <summary>The differences of one round for one metric.</summary>
    /// <param name="Pods">What to remember of each pod.</param>
    /// <param name="Counted">What entered since the last round; empty while nothing may be counted.</param>
    /// <param name="Waits">Whether a pod is missing whose counts belong to this block; then nothing was taken.</param>
    public sealed record Round(ValueList<PodMemory> Pods, IReadOnlyList<PodDelta> Counted, bool Waits);

    /// <summary>What one pod counted.</summary>
    /// <param name="Arm">Its arm.</param>
    /// <param name="From">When it was last read.</param>
    /// <param name="Values">Requests and errors, or cumulative buckets.</param>
    public sealed record PodDelta(ArmName Arm, DateTimeOffset From, double[] Values);

    public static Round Take(MetricState state, int index, int width, AnalysisSpec spec, Exposure exposure, Measurement measurement)
    {
        var memories = state.Pods.ToDictionary(memory => memory.Uid);
        var kept = new List<PodMemory>();
        var counted = new List<PodDelta>();
        foreach (var pod in measurement.Pods)
        {
            var memory = memories.GetValueOrDefault(pod.Uid);
            if (Values(pod, index, width) is not { } values)
            {
                if (memory is not null && measurement.At - memory.At <= spec.Interval * IntervalsUntilGivenUp)
                {
                    return new Round(state.Pods, [], Waits: true);
                }

                continue;
            }

            if (pod.At < memory?.At)
            {
                // the clock went backwards: the counters are still good for the next round
                kept.Add(memory);
                continue;
            }

            kept.Add(new PodMemory(pod.Uid, pod.Arm, pod.Epoch, values, pod.At));
            if (Difference(pod, memory, values, spec, exposure) is { } difference)
            {
                counted.Add(difference);
            }
        }

        return new Round(kept.ToValueList(), counted, Waits: false);
    }

    private static PodDelta? Difference(PodReading pod, PodMemory? memory, ValueList<double> values, AnalysisSpec spec, Exposure exposure)
    {
        if (memory is null)
        {
            // what a pod counted before it was first read counts only when all of it came after the start
            return spec.WarmUp == TimeSpan.Zero && pod.ReadySince >= exposure.Since ? new PodDelta(pod.Arm, pod.ReadySince, [.. values]) : null;
        }

        if (memory.At < pod.ReadySince + spec.WarmUp || memory.Values.Count != values.Count)
        {
            return null;
        }

        var difference = new double[values.Count];
        var restarted = false;
        for (var i = 0; i < difference.Length; i++)
        {
            difference[i] = values[i] - memory.Values[i];
            restarted |= difference[i] < 0;
        }

        if (restarted)
        {
            return new PodDelta(pod.Arm, memory.At, [.. values]);
        }

        // a new epoch without a fall does not tell whether the counters began again: the interval is left out
        return memory.Epoch == pod.Epoch ? new PodDelta(pod.Arm, memory.At, difference) : null;
    }

    private static ValueList<double>? Values(PodReading pod, int index, int width) => pod switch
    {
        { Failure: not null } => null,
        _ when index >= pod.Metrics.Count => null,
        _ => pod.Metrics[index] switch
        {
            MetricReading.Counts counts when width == 2 => [counts.Requests, counts.Errors],
            MetricReading.Buckets buckets when buckets.Cumulative.Count == width => buckets.Cumulative,
            MetricReading.Absent => new double[width].ToValueList(),
            _ => null,
        },
    };
}
