using System.Collections.Concurrent;
using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Evaluation;

/// <summary>Simulates scenarios on all cores. Results depend on the seed alone.</summary>
internal static class EvaluationRun
{
    private const double ChunkCost = 50_000; // microseconds: small enough that cores end together, large enough to be worth a hand-over

    public static IReadOnlyList<EvaluationRow> Simulate(IReadOnlyList<IScenario> scenarios, ulong seed, TimeProvider time, CancellationToken cancellation)
    {
        var chunks = scenarios.SelectMany(Chunks).ToArray();
        var progress = new EvaluationProgress(scenarios.Sum(scenario => scenario.Cost * scenario.Replicates), time);
        Parallel.ForEach(
            Partitioner.Create(chunks, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
            chunk =>
            {
                for (var replicate = chunk.From; replicate < chunk.To; replicate++)
                {
                    chunk.Scenario.Run(seed, replicate);
                }

                progress.Add(chunk.Scenario.Cost * (chunk.To - chunk.From), chunk.Scenario.Table);
            });
        progress.End();
        return [.. scenarios.SelectMany(scenario => scenario.Rows(seed))];
    }

    private static IEnumerable<(IScenario Scenario, int From, int To)> Chunks(IScenario scenario)
    {
        var length = Math.Max(1, (int)(ChunkCost / scenario.Cost));
        for (var from = 0; from < scenario.Replicates; from += length)
        {
            yield return (scenario, from, Math.Min(scenario.Replicates, from + length));
        }
    }
}
