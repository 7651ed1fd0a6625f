using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>Whole rollouts of equal versions, through three weights with their restarts, looked at every five seconds.</summary>
public sealed class JudgeGuaranteeTests
{
    [Fact]
    public void Judge_EqualVersions_AreRolledBackAtMostAsOftenAsTheBudgetSays()
    {
        const int Rollouts = 100;
        var failed = 0;
        for (var seed = 1; seed <= Rollouts; seed++)
        {
            failed += Rollout(seed, worse: 1) is { State: VerdictState.Fail } ? 1 : 0;
        }

        // 5 % of 100 are 5; more than 11 would happen less than once in a hundred tries if it were just that much, and it is less
        Assert.InRange(failed, 0, 11);
    }

    [Fact]
    public void Judge_ThreeTimesTheErrors_AreNearlyAlwaysFound()
    {
        var found = Enumerable.Range(1, 12).Count(seed => Rollout(seed, worse: 3) is { State: VerdictState.Fail });

        Assert.InRange(found, 11, 12);
    }

    private static Verdict Rollout(int seed, double worse)
    {
        var random = new SplitMixRandom(seed);
        var bench = new JudgeBench
        {
            Metrics = [Errors with { Share = 0.6, Margins = new Margins(Ratio: 1) }, Latency with { Share = 0.4, Margins = new Margins(Ratio: 1) }],
            Spec = new AnalysisSpec { WarmUp = TimeSpan.Zero, FalseRollback = 0.05 },
        };
        var counts = new double[2, 4];
        for (var round = 0; round < 90; round++)
        {
            var step = round / 30;
            var weight = step switch { 0 => 10, 1 => 30, _ => 50 };
            bench.Exposure = new Exposure(Noon, new Weight(weight), Noon) { Begun = step + 1, Later = 2 - step };
            for (var arm = 0; arm < 2; arm++)
            {
                var requests = Drawn(random, 400, (arm == 0 ? 100 - weight : weight) / 100.0);
                counts[arm, 0] += requests;
                counts[arm, 1] += Drawn(random, requests, 0.02 * (arm == 1 ? worse : 1));
                var slow = Drawn(random, requests, 0.1);
                counts[arm, 2] += requests - slow;
                counts[arm, 3] += requests - Drawn(random, slow, 0.1);
            }

            bench.Round(Of(ArmName.Stable, 0), Of(ArmName.Candidate, 1));
            if (bench.Verdict.State == VerdictState.Fail)
            {
                break;
            }

            PodReading Of(ArmName name, int arm) => Pod(name, name.ToString(), "0", Counts(counts[arm, 0], counts[arm, 1]), Buckets(counts[arm, 2], counts[arm, 3], counts[arm, 0]));
        }

        return bench.Verdict;
    }

    private static double Drawn(SplitMixRandom random, double trials, double probability)
    {
        var hits = 0.0;
        for (var i = 0; i < trials; i++)
        {
            hits += random.NextDouble() < probability ? 1 : 0;
        }

        return hits;
    }
}
