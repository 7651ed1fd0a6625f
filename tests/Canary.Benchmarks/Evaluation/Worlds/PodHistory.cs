using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Pods of the stable version before the rollout, from which its dispersion is measured as the product does it: half an hour, and on until enough was seen.</summary>
internal static class PodHistory
{
    public const int Pods = 10;

    private const int LeastBlocks = 180;

    public static DispersionEstimate? Measure(Chance chance, ErrorPlan plan)
    {
        var state = DispersionMeter.Start();
        var counts = new PodCounts[Pods];
        for (var block = 0; block < LeastBlocks || !Suffices(state); block++)
        {
            var moment = plan.At(block % Clock.HourBlocks);
            var requests = Clock.BlockSeconds * (moment.CandidateRate + moment.BaselineRate) / Pods;
            for (var pod = 0; pod < Pods; pod++)
            {
                var share = plan.Past?.Invoke(block, pod) ?? moment.BaselineErrors;
                var bad = plan.Clusters.Bad(chance, requests * share);
                counts[pod] = new((ulong)pod, PoissonLaw.Draw(chance, requests * (1 - share)) + bad, bad);
            }

            state = DispersionMeter.Advance(state, counts, Clock.BlockSeconds);
        }

        return DispersionMeter.Estimate(state);
    }

    private static bool Suffices(DispersionState state) => state.Variances.Sum() >= StatisticsDefaults.DispersionInformation * DispersionMeter.Splits;
}
