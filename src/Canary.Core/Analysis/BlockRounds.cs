using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>What was counted over one block of time, when nothing is known of single pods.</summary>
/// <param name="At">When the block ended.</param>
/// <param name="Length">How long it was, greater than 0.</param>
/// <param name="Weight">The candidate's share of the requests; null when unknown.</param>
/// <param name="Stable">One entry a metric: what the stable revision counted within the block.</param>
/// <param name="Candidate">One entry a metric: what the candidate counted within the block.</param>
public sealed record CountedBlock(DateTimeOffset At, TimeSpan Length, Weight? Weight, ValueList<MetricReading> Stable, ValueList<MetricReading> Candidate);

/// <summary>Makes rounds of blocks, as if one pod of each arm had counted them. Pure; thread-safe.</summary>
public static class BlockRounds
{
    /// <summary>Makes the rounds.</summary>
    /// <param name="blocks">The blocks in order of time, all with the same metrics.</param>
    /// <param name="later">How many weights were planned after the first; null takes those that the blocks have.</param>
    /// <returns>One round a block, and one before them, since counters are compared with what they were. A fresh baseline is there, too, with what is compared with.</returns>
    public static ValueList<ReplayRound> Of(IReadOnlyList<CountedBlock> blocks, int? later = null)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.Count == 0)
        {
            return [];
        }

        var begin = blocks[0].At - blocks[0].Length;
        var stable = Beginning(blocks, block => block.Stable);
        var candidate = Beginning(blocks, block => block.Candidate);
        var exposed = Exposed(blocks[0]) ? begin : (DateTimeOffset?)null;
        var rounds = new List<ReplayRound> { Round(begin, begin, stable, candidate, new Exposure(exposed, WeightOf(blocks[0]), begin)) };
        var weightSince = begin;
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            if (i > 0 && block.Weight != blocks[i - 1].Weight)
            {
                weightSince = blocks[i - 1].At;
            }

            exposed ??= Exposed(block) ? block.At - block.Length : null;
            stable = [.. stable.Zip(block.Stable, Plus)];
            candidate = [.. candidate.Zip(block.Candidate, Plus)];
            rounds.Add(Round(block.At, begin, stable, candidate, new Exposure(exposed, WeightOf(block), weightSince)));
        }

        return ReplaySteps.Count(rounds, later);
    }

    private static Weight WeightOf(CountedBlock block) => block.Weight ?? Weight.Zero;

    private static bool Exposed(CountedBlock block) => block.Weight is { Percent: > 0 } || block.Candidate.Any(Requested);

    private static bool Requested(MetricReading reading) => reading switch
    {
        MetricReading.Counts counts => counts.Requests > 0,
        MetricReading.Buckets buckets => buckets.Cumulative.Count > 0 && buckets.Cumulative[^1] > 0,
        _ => false,
    };

    private static ReplayRound Round(DateTimeOffset at, DateTimeOffset begin, MetricReading[] stable, MetricReading[] candidate, Exposure exposure) =>
        new(new Measurement(at, [Pod(ArmName.Stable, at, begin, stable), Pod(ArmName.Baseline, at, begin, stable), Pod(ArmName.Candidate, at, begin, candidate)]), exposure);

    // blocks were counted after the warm-up, if there was any
    private static PodReading Pod(ArmName arm, DateTimeOffset at, DateTimeOffset begin, MetricReading[] readings) => new()
    {
        Uid = arm.ToString(),
        Pod = arm.ToString(),
        Arm = arm,
        Epoch = "",
        ReadySince = begin - TimeSpan.FromDays(1),
        At = at,
        Metrics = readings.ToValueList(),
    };

    /// <summary>Counters before the first block; a metric may have its first one later than others.</summary>
    private static MetricReading[] Beginning(IReadOnlyList<CountedBlock> blocks, Func<CountedBlock, ValueList<MetricReading>> arm) =>
        [.. arm(blocks[0]).Select((_, metric) => Nothing(blocks.Select(block => arm(block)[metric]).FirstOrDefault(reading => reading is not MetricReading.Absent) ?? new MetricReading.Absent()))];

    private static MetricReading Nothing(MetricReading reading) => reading switch
    {
        MetricReading.Counts => new MetricReading.Counts(0, 0),
        MetricReading.Buckets buckets => buckets with { Cumulative = new double[buckets.Cumulative.Count].ToValueList() },
        _ => new MetricReading.Absent(),
    };

    private static MetricReading Plus(MetricReading before, MetricReading block) => (before, block) switch
    {
        (MetricReading.Counts sum, MetricReading.Counts more) => new MetricReading.Counts(sum.Requests + more.Requests, sum.Errors + more.Errors),
        (MetricReading.Buckets sum, MetricReading.Buckets more) when sum.UpperBounds == more.UpperBounds =>
            sum with { Cumulative = sum.Cumulative.Zip(more.Cumulative, (one, other) => one + other).ToValueList() },
        // a block without counts: the counters stay where they were
        (MetricReading.Counts or MetricReading.Buckets, MetricReading.Absent) => before,
        _ => block,
    };
}
