namespace Canary.Core.Analysis;

/// <summary>Takes the differences of raw counters: what each pod counted since it was last read.</summary>
internal static class PodDeltas
{
    /// <summary>A pod that could not be read for so many intervals is given up, and the others are counted without it.</summary>
    private const int IntervalsUntilGivenUp = 3;

    /// <summary>The differences of one round for one metric.</summary>
    /// <param name="Pods">What to remember of each pod.</param>
    /// <param name="Deltas">What was counted since the last round.</param>
    /// <param name="WaitsFor">The pod that is missing and whose counts belong to this block, and why; then nothing was taken. Null when none is.</param>
    public sealed record Round(ValueList<PodMemory> Pods, IReadOnlyList<PodDelta> Deltas, string? WaitsFor);

    /// <summary>What one pod counted.</summary>
    /// <param name="Uid">Its uid.</param>
    /// <param name="Arm">Its arm.</param>
    /// <param name="From">When it was last read.</param>
    /// <param name="Warm">Whether its warm-up was over by then.</param>
    /// <param name="Values">Requests and errors, or cumulative buckets.</param>
    public sealed record PodDelta(string Uid, ArmName Arm, DateTimeOffset From, bool Warm, double[] Values);

    public static Round Take(CounterJudge judge, MetricState state, int width, RoundFacts facts)
    {
        var (measurement, spec) = (facts.Measurement, facts.Spec);
        var memories = state.Pods.ToDictionary(memory => memory.Uid);
        var kept = new List<PodMemory>();
        var deltas = new List<PodDelta>();
        var fallen = new List<PodMemory>();
        string? waitsFor = null;
        foreach (var pod in measurement.Pods)
        {
            var memory = memories.GetValueOrDefault(pod.Uid);
            var values = facts.ReadingOf(pod) is { } reading ? judge.Read(reading, state, width) : null;
            if (values is null)
            {
                if (memory is not null && measurement.At - memory.At <= spec.Interval * IntervalsUntilGivenUp)
                {
                    return new Round(state.Pods, [], $"{pod.Pod}, which could not be read");
                }

                // given up: when it comes back it begins anew, so that nothing it counts enters beside another time's requests
                continue;
            }

            if (pod.At < memory?.At)
            {
                // the clock went backwards: the counters are still good for the next round
                kept.Add(memory);
                continue;
            }

            if (memory is { Fell: false } && memory.Epoch == pod.Epoch && memory.Arm == pod.Arm && Fell(memory.Values, values))
            {
                // an answer from another process or from before: what it lacks would be counted again when the usual one is back
                fallen.Add(memory with { Fell = true });
                waitsFor ??= $"{pod.Pod}, whose counters fell";
                continue;
            }

            kept.Add(new PodMemory(pod.Uid, pod.Arm, pod.Epoch, values, pod.At));
            if (Difference(judge, pod, memory, values) is { } difference)
            {
                deltas.Add(new PodDelta(pod.Uid, pod.Arm, memory!.At, memory.At >= pod.ReadySince + spec.WarmUp, difference));
            }
        }

        return waitsFor is null
            ? new Round(kept.ToValueList(), deltas, null)
            : new Round(state.Pods.Select(memory => fallen.Find(marked => marked.Uid == memory.Uid) ?? memory).ToValueList(), [], waitsFor);
    }

    private static bool Fell(ValueList<double> before, ValueList<double> now) => before.Count == now.Count && before.Zip(now).Any(pair => pair.Second < pair.First);

    /// <summary>What a pod counted since it was remembered; null when that cannot be told.</summary>
    /// <remarks>What it had counted when it is first read never enters: it may be a pod that was read before, was given up, or was not ready for a while.</remarks>
    private static double[]? Difference(CounterJudge judge, PodReading pod, PodMemory? memory, ValueList<double> values)
    {
        if (memory is null || memory.Arm != pod.Arm || memory.Values.Count != values.Count)
        {
            return null;
        }

        double[] difference = [.. values.Zip(memory.Values, (now, before) => now - before)];
        return (Fell(memory.Values, values), memory.Epoch == pod.Epoch) switch
        {
            (false, true) when judge.IsPossible(difference) => difference,

            // the process began again, and all that it counts came since
            (true, false) => [.. values],

            // a new epoch without a fall does not tell whether the counters began again; a fall without a new epoch may be a series that was dropped
            // from the sum (proxies evict idle ones), and then the rest was counted long ago: the interval is left out, and the next one counts again.
            // A fall comes here when it lasts for two rounds
            _ => null,
        };
    }
}
