using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Statistics;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>A share of the budget is staked at the first exposure, and one as each later planned weight begins: each of them once.</summary>
public sealed class JudgeRestartTests
{
    private static readonly CountTestSettings Settings = CountTestSettings.Rollback(1.10, 0);

    [Fact]
    public void Advance_PlanOfThreeWeights_StakesHalfThenAQuarterEach()
    {
        var bench = Walk([(1, 2), (2, 1), (3, 0)], rounds: 2);

        var expected = CountTest.Start(Settings, 0.5);
        foreach (var step in new[] { 0.0, 0.25, 0.25 })
        {
            expected = step > 0 ? CountTest.Restart(Settings, expected, step) : expected;
            expected = CountTest.Advance(Settings, CountTest.Advance(Settings, expected, Block), Block);
        }

        Assert.Equal(expected, Rollback(bench.State));
        Assert.Equal(0, expected.Unspent);
        Assert.Equal(CountTest.LogEvidence(Settings, expected), bench.Verdict.LogEvidence);
    }

    [Fact]
    public void Advance_PlanOfOneWeight_StakesAllAtOnce() => Assert.Equal(0, Rollback(Walk([(1, 0)], rounds: 1).State).Unspent);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    public void Advance_StepBeginsAgain_StakesNothing(int begun, int again)
    {
        var bench = Walk([(1, 1), (2, 0)], rounds: 1);
        var unspent = Rollback(bench.State).Unspent;

        Step(bench, begun, 1);
        Step(bench, again, 0);
        Step(bench, 2, 0);

        Assert.Equal((0, 0), (unspent, Rollback(bench.State).Unspent));
        Assert.Equal(new StakedSteps(1, 2), bench.State.Steps);
    }

    [Fact]
    public void Advance_PlanGrows_StakesNoMoreThanAll()
    {
        var bench = Walk([(1, 1), (2, 3), (3, 2), (4, 1)], rounds: 1);

        Assert.Equal(0, Rollback(bench.State).Unspent);
        Assert.Equal(new StakedSteps(1, 4), bench.State.Steps);
    }

    [Fact]
    public void Advance_RoundThatIsLostAndReadAgain_StakesOnce()
    {
        var bench = Walk([(1, 2)], rounds: 2);
        bench.Exposure = bench.Exposure with { Begun = 2, Later = 1 };
        var round = bench.Measure(Stable(Counts(3000, 30)), Candidate(Counts(3000, 30)));

        // the first attempt was not stored: what is stored is still the state before
        var lost = Judge.Advance(bench.Metrics, bench.Spec, bench.State, bench.Exposure, round);
        var stored = Judge.Advance(bench.Metrics, bench.Spec, bench.State, bench.Exposure, round);
        var later = Judge.Advance(bench.Metrics, bench.Spec, stored, bench.Exposure, round with { At = round.At.AddSeconds(5) });

        Assert.Equal(lost, stored);
        Assert.Equal(0.25, Rollback(stored).Unspent);
        Assert.Equal(0.25, Rollback(later).Unspent);
    }

    [Fact]
    public void Advance_WeightTakenAwayAndGivenBack_StakesNothing()
    {
        var bench = Walk([(1, 2)], rounds: 1);
        bench.Exposure = bench.Exposure with { Weight = Weight.Zero };
        Step(bench, 1, 2);

        Step(bench, 1, 2);

        Assert.Equal(0.5, Rollback(bench.State).Unspent);
    }

    [Fact]
    public void Advance_LatencyWithoutAReading_BeginsLaterWithAllThatWasMeantForItByThen()
    {
        var bench = new JudgeBench { Metrics = [Latency], Exposure = new Exposure(Noon, new Weight(50), Noon) { Begun = 1, Later = 2 } };
        bench.Round(Stable(Absent), Candidate(Absent));
        bench.Exposure = bench.Exposure with { Begun = 2, Later = 1 };
        bench.Round(Stable(Absent), Candidate(Absent));

        bench.Round(Stable(Buckets(0, 0, 0)), Candidate(Buckets(0, 0, 0)));
        bench.Round(Stable(Buckets(900, 990, 1000)), Candidate(Buckets(900, 990, 1000)));

        Assert.Equal(0.25, LatencyTestState.FromNumbers(bench.Metric.Tests.First(test => test.Test == "latency").Values).Unspent);
    }

    [Fact]
    public void Advance_RegressionFirstShowsAtALaterStep_IsProvenSoonerThanByTheSameTestWithoutRestart()
    {
        var (with, without) = (Healthy(later: 2), Healthy(later: 0));
        with.Exposure = with.Exposure with { Begun = 2, Later = 1 };

        var rounds = new int[2];
        foreach (var (bench, i) in new[] { (with, 0), (without, 1) })
        {
            for (var round = 1; bench.Verdict.State != VerdictState.Fail; round++, rounds[i]++)
            {
                bench.Round(Stable(Counts(60_000 + 1000 * round, 600 + 10 * round)), Candidate(Counts(60_000 + 1000 * round, 600 + 18 * round)));
            }
        }

        Assert.True(rounds[0] < rounds[1], $"{rounds[0]} rounds with a restart, {rounds[1]} without");
    }

    private static CountBlock Block { get; } = new(1000, 1000, 12, 10);

    private static JudgeBench Healthy(int later)
    {
        var bench = new JudgeBench { Exposure = new Exposure(Noon, new Weight(50), Noon) { Begun = 1, Later = later } };
        for (var i = 0; i <= 60; i++)
        {
            bench.Round(Stable(Counts(1000 * i, 10 * i)), Candidate(Counts(1000 * i, 10 * i)));
        }

        return bench;
    }

    private static JudgeBench Walk((int Begun, int Later)[] steps, int rounds)
    {
        var bench = new JudgeBench();
        bench.Exposure = bench.Exposure with { Begun = steps[0].Begun, Later = steps[0].Later };
        bench.Round(Stable(Counts(0)), Candidate(Counts(0)));
        foreach (var (begun, later) in steps)
        {
            for (var i = 0; i < rounds; i++)
            {
                Step(bench, begun, later);
            }
        }

        return bench;
    }

    private static void Step(JudgeBench bench, int begun, int later)
    {
        bench.Exposure = bench.Exposure with { Begun = begun, Later = later };
        var before = bench.Metric.Pods;
        var stable = before.First(pod => pod.Arm == ArmName.Stable).Values;
        var candidate = before.First(pod => pod.Arm == ArmName.Candidate).Values;
        bench.Round(Stable(Counts(stable[0] + 1000, stable[1] + 10)), Candidate(Counts(candidate[0] + 1000, candidate[1] + 12)));
    }

    private static CountTestState Rollback(AnalysisState state) => CountTestState.FromNumbers(state.Metrics[0].Tests.First(test => test.Test == "rollback").Values);
}
