using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;

namespace Canary.Core.Tests.Analysis;

public sealed class ReplayTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly ValueList<MetricSpec> Errors = [TestSpecs.Metrics[0] with { Share = 1 }];

    private static readonly AnalysisSpec Spec = new() { Interval = TimeSpan.FromSeconds(10) };

    [Fact]
    public void Run_Rounds_JudgesAsTheEngineDoes()
    {
        var rounds = BlockRounds.Of(Blocks(60, candidateErrors: 4));
        var state = AnalysisState.Empty;
        foreach (var round in rounds)
        {
            state = Judge.Advance(Errors, Spec, state, round.Exposure, round.Measurement);
        }

        var trajectory = Replay.Run(Errors, Spec, rounds);

        Assert.Equal(state, trajectory.State);
        Assert.Equal(Judge.Conclude(Errors, Spec, state), trajectory.Points[^1].Verdict);
        Assert.Equal(61, trajectory.Points.Count);
    }

    [Fact]
    public void Run_WorseCandidate_DecidesAtTheFirstRoundAboveTheThreshold()
    {
        var trajectory = Replay.Run(Errors, Spec, BlockRounds.Of(Blocks(60, candidateErrors: 12)));

        var first = trajectory.Points.First(point => point.Verdict.LogEvidence >= point.Verdict.LogThreshold);
        Assert.Equal((VerdictState.Fail, first.At, first.At - Noon), (trajectory.Decision.State, trajectory.Decision.At, trajectory.Decision.After));
        Assert.Equal(first.Verdict.Metrics[0].CandidateBad, trajectory.Decision.BadCandidateRequests);
        Assert.Equal(first.Verdict.Reason, trajectory.Decision.Reason);
        Assert.Equal(61, trajectory.Points.Count);
    }

    [Fact]
    public void Run_TwoWeights_TellsWhatEachStepWouldHaveDecided()
    {
        // the regression shows only under the second weight
        var blocks = Blocks(40, candidateErrors: 0).Concat(Blocks(40, candidateErrors: 40, weight: 50, requests: 500, from: 40)).ToList();

        var trajectory = Replay.Run(Errors, Spec, BlockRounds.Of(blocks));

        Assert.Collection(
            trajectory.Steps,
            step => Assert.Equal((new Weight(10), VerdictState.Pass, Noon), (step.Weight, step.State, step.From)),
            step => Assert.Equal((new Weight(50), Noon.AddSeconds(800)), (step.Weight, step.Until)));
        Assert.Equal(VerdictState.Fail, trajectory.Decision.State);
        Assert.True(trajectory.Decision.At > Noon.AddSeconds(400));
    }

    [Fact]
    public void Run_GoodCandidate_IsAccepted()
    {
        var trajectory = Replay.Run(Errors, Spec, BlockRounds.Of(Blocks(400, candidateErrors: 1)));

        Assert.Equal(VerdictState.Pass, trajectory.Decision.State);
        Assert.Equal(trajectory.Steps[^1].DecidedAt, trajectory.Decision.At);
    }

    [Fact]
    public void Run_TooFewRequests_DecidesNothing()
    {
        var decision = Replay.Run(Errors, Spec, BlockRounds.Of(Blocks(3, candidateErrors: 1))).Decision;

        Assert.Equal((VerdictState.Running, (DateTimeOffset?)null), (decision.State, decision.At));
    }

    [Fact]
    public void Run_Nothing_IsUnknown() => Assert.Equal(VerdictState.Unknown, Replay.Run(Errors, Spec, []).Decision.State);

    [Fact]
    public void Run_RoundThatIsOlderThanTheLast_IsLeftOut()
    {
        var rounds = BlockRounds.Of(Blocks(20, candidateErrors: 4));

        var trajectory = Replay.Run(Errors, Spec, [.. rounds, rounds[3]]);

        Assert.Equal(Replay.Run(Errors, Spec, rounds).State, trajectory.State);
        Assert.Equal(21, trajectory.Points.Count);
    }

    [Fact]
    public void Run_Histograms_CountsEveryBlockOnce()
    {
        ValueList<double> bounds = [10, 100, double.PositiveInfinity];
        ValueList<MetricSpec> latency = [TestSpecs.Metrics[1] with { Share = 1 }];
        var blocks = Enumerable.Range(1, 30).Select(i => new CountedBlock(
            Noon.AddSeconds(i * 10), TimeSpan.FromSeconds(10), new Weight(10), [new MetricReading.Buckets(bounds, [500, 890, 900])], [new MetricReading.Buckets(bounds, [20, 90, 100])])).ToList();

        var trajectory = Replay.Run(latency, Spec, BlockRounds.Of(blocks));

        Assert.Equal(VerdictState.Fail, trajectory.Decision.State);
        Assert.Equal(3000, trajectory.State.Metrics[0].Candidate[^1]);
        Assert.Equal(27000, trajectory.State.Metrics[0].Stable[^1]);
    }

    [Fact]
    public void Of_BlocksBeforeTheExposure_AreNoEvidence()
    {
        var before = Blocks(10, candidateErrors: 0).Select(block => block with { Weight = Weight.Zero, Candidate = [new MetricReading.Counts(0, 0)] });
        var rounds = BlockRounds.Of([.. before, .. Blocks(10, candidateErrors: 5, from: 10)]);

        var state = Replay.Run(Errors, Spec, rounds).State;

        Assert.All(rounds.Take(11), round => Assert.Null(round.Exposure.Since));
        Assert.Equal(Noon.AddSeconds(100), rounds[^1].Exposure.Since);
        Assert.Equal(9000, state.Metrics[0].Stable[0]);
    }

    [Fact]
    public void Of_BlockWithoutCounts_LeavesTheCountersWhereTheyWere()
    {
        var blocks = Blocks(20, candidateErrors: 5);
        blocks.Insert(10, blocks[9] with { At = Noon.AddSeconds(101), Stable = [new MetricReading.Absent()], Candidate = [new MetricReading.Absent()] });

        var state = Replay.Run(Errors, Spec, BlockRounds.Of(blocks)).State;

        Assert.Equal(100, state.Metrics[0].Candidate[1]);
    }

    [Fact]
    public void Of_MetricWhoseFirstBlockIsLater_LosesNothing()
    {
        var blocks = Blocks(20, candidateErrors: 5);
        blocks[0] = blocks[0] with { Stable = [new MetricReading.Absent()], Candidate = [new MetricReading.Absent()] };

        var state = Replay.Run(Errors, Spec, BlockRounds.Of(blocks)).State;

        Assert.Equal(95, state.Metrics[0].Candidate[1]);
    }

    [Fact]
    public void Of_NoBlock_IsNoRound() => Assert.Empty(BlockRounds.Of([]));

    [Fact]
    public void Around_Settings_ChangesOneThingAtATime()
    {
        var variants = ReplayVariant.Around(TestSpecs.Metrics, Spec);

        Assert.Equal(["falseRollback=0.001", "falseRollback=0.05", "marginRatio=1", "marginRatio=1.25", "marginRatio=1.5", "acceptRatio=1.25", "acceptRatio=2"], variants.Select(variant => variant.Name));
        Assert.All(variants, variant => Assert.True(variant.Spec == Spec || variant.Metrics == TestSpecs.Metrics));
    }

    [Fact]
    public void Around_LooserSettings_DecideSooner()
    {
        var rounds = BlockRounds.Of(Blocks(200, candidateErrors: 3));
        var variants = ReplayVariant.Around(Errors, Spec).ToDictionary(variant => variant.Name, variant => Replay.Run(variant.Metrics, variant.Spec, rounds).Decision.At);

        Assert.True(variants["falseRollback=0.05"] < variants["falseRollback=0.001"]);
        Assert.True(variants["marginRatio=1"] < variants["marginRatio=1.5"]);
    }

    private static List<CountedBlock> Blocks(int count, double candidateErrors, int weight = 10, double requests = 900, int from = 0) =>
        [.. Enumerable.Range(from + 1, count).Select(i => new CountedBlock(
            Noon.AddSeconds(i * 10),
            TimeSpan.FromSeconds(10),
            new Weight(weight),
            [new MetricReading.Counts(requests, requests / 100)],
            [new MetricReading.Counts(requests * weight / (100 - weight), candidateErrors)]))];
}
