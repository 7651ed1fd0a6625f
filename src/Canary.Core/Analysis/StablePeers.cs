using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Measures the stable pods against each other: equal pods whose bad requests part more unevenly than chance would have it fail in clusters.</summary>
/// <remarks>
/// Source: statistics 3.6. It goes on during the rollout for the sake of the next one; this one is judged by what was known before its exposure. The numbers are squared deviations,
/// what they would be on average if requests were independent, and seconds: means over the ways in which <see cref="DispersionMeter"/> parts the pods.
/// </remarks>
internal static class StablePeers
{
    /// <summary>What is kept from one rollout to the next fades, so that it never outweighs what is new for long.</summary>
    private const double MostInformation = 1500;

    public static ValueList<double> Add(ValueList<double> learned, CounterJudge judge, MetricState state, IReadOnlyList<PodDeltas.PodDelta> deltas, double seconds)
    {
        var pods = new List<PodCounts>();
        foreach (var delta in deltas)
        {
            if (delta.Arm == ArmName.Stable && PodCounts.TryCreate(Key(delta.Uid), judge.Requests(delta.Values), judge.Bad(state, delta.Values), out var counts))
            {
                pods.Add(counts);
            }
        }

        if (pods.Count < 2)
        {
            return learned;
        }

        var block = DispersionMeter.Advance(DispersionMeter.Start(), pods, seconds);
        ValueList<double> more = [block.Squares.Sum(number => number) / DispersionMeter.Splits, block.Variances.Sum(number => number) / DispersionMeter.Splits, seconds];
        return Sum(learned, more);
    }

    /// <summary>What is known together, of earlier rollouts and of this one; it fades.</summary>
    public static ValueList<double> Known(ValueList<double> known, ValueList<double> now)
    {
        var sum = Sum(known, now);
        return sum is [_, > MostInformation, _] ? [sum[0] / 2, sum[1] / 2, Math.Max(StatisticsDefaults.DispersionSeconds, sum[2] / 2)] : sum;
    }

    public static DispersionEstimate? Estimate(ValueList<double> known) =>
        known is [var squares, > 0 and var information, var seconds] ? new DispersionEstimate(Math.Max(1, squares / information), information, seconds) : null;

    // numbers of an older engine, or of another kind of metric, are left aside
    private static ValueList<double> Sum(ValueList<double> known, ValueList<double> more) => (known, more) switch
    {
        ([var a, var b, var c], [var d, var e, var f]) => [a + d, b + e, c + f],
        (_, [_, _, _]) => more,
        ([_, _, _], _) => known,
        _ => [],
    };

    // FNV-1a (Fowler, Noll, Vo): the same pod is on the same side in every process
    private static ulong Key(string uid)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var letter in uid)
        {
            hash = unchecked((hash ^ letter) * 1_099_511_628_211UL);
        }

        return hash;
    }
}
