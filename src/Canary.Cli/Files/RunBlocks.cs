using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Files;

/// <summary>Puts the blocks of an AnalysisRun's metrics beside each other. Pure.</summary>
internal static class RunBlocks
{
    /// <summary>Makes one sequence of blocks of those of each metric.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="states">What is remembered of each.</param>
    /// <returns>A block for each time at which a block of any metric ended; a metric without one then has nothing to tell.</returns>
    public static IReadOnlyList<CountedBlock> Of(ValueList<MetricSpec> metrics, IReadOnlyList<MetricState> states)
    {
        var blocks = new List<CountedBlock>();
        foreach (var group in states.SelectMany((state, index) => state.Blocks.Select(block => (Index: index, Block: block))).GroupBy(pair => pair.Block.At).OrderBy(group => group.Key))
        {
            var seconds = blocks.Count > 0 ? (group.Key - blocks[^1].At).TotalSeconds : group.Max(pair => pair.Block.Seconds);
            blocks.Add(new CountedBlock(
                group.Key,
                TimeSpan.FromSeconds(Math.Max(0.001, seconds)),
                group.Any(pair => pair.Block.Exposed) ? group.First().Block.Weight : Core.Traffic.Weight.Zero,
                Readings(metrics, states, group, block => block.Stable),
                Readings(metrics, states, group, block => block.Candidate)));
        }

        return blocks;
    }

    /// <summary>A metric with what was settled for it: blocks do not tell what single pods did, and so the dispersion cannot be measured again.</summary>
    public static MetricSpec Settled(MetricSpec metric, MetricState state) => (metric, state.Terms) switch
    {
        (MetricSpec.ErrorRate errors, { Basis: DispersionBasis.Measured } terms) => errors with { Clustering = errors.Clustering with { Dispersion = terms.Dispersion } },
        (MetricSpec.Latency latency, { Basis: DispersionBasis.Measured } terms) => latency with { Clustering = latency.Clustering with { Dispersion = terms.Dispersion } },
        _ => metric,
    };

    private static ValueList<MetricReading> Readings(
        ValueList<MetricSpec> metrics, IReadOnlyList<MetricState> states, IEnumerable<(int Index, BlockRecord Block)> group, Func<BlockRecord, ValueList<double>> arm)
    {
        var found = group.ToDictionary(pair => pair.Index, pair => arm(pair.Block));
        return metrics.Select((metric, index) => found.TryGetValue(index, out var numbers) ? Reading(metric, states[index], numbers) : new MetricReading.Absent()).ToValueList();
    }

    private static MetricReading Reading(MetricSpec metric, MetricState state, ValueList<double> numbers) => (metric, numbers) switch
    {
        (MetricSpec.Latency { SlowerThan: null }, _) when numbers.Count == state.UpperBounds.Count && numbers.Count > 1 => new MetricReading.Buckets(state.UpperBounds, numbers),
        (MetricSpec.Latency { SlowerThan: { } bound }, [var requests, var slow]) => new MetricReading.Buckets([bound, double.PositiveInfinity], [requests - slow, requests]),
        (MetricSpec.Gauge or MetricSpec.Series, [var sum, > 0 and var count]) => new MetricReading.Level(sum / count),
        (MetricSpec.Gauge or MetricSpec.Series, _) => new MetricReading.Absent(),
        (MetricSpec.Traffic, [var requests, ..]) => new MetricReading.Counts(requests, 0),
        (_, [var requests, var errors]) => new MetricReading.Counts(requests, errors),
        _ => new MetricReading.Absent(),
    };
}
