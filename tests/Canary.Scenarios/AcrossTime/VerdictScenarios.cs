using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Scenarios.AcrossTime.Journeys;

namespace Canary.Scenarios.AcrossTime;

/// <summary>What becomes of good, failing and slow versions; every number is of the given seeds and the same on every machine.</summary>
public sealed class VerdictScenarios(ITestOutputHelper output)
{
    private static readonly RolloutSpec Bounded = Plan(
        InconclusivePolicy.Promote,
        Weight(5), Analyze(60, 120), Weight(25), Analyze(60, 120), Weight(50), Analyze(60, 120), Weight(100), Analyze(20, 60));

    private static readonly RolloutSpec Usual = Plan(
        InconclusivePolicy.Pause,
        Weight(5), Analyze(0, 600), Weight(50), Analyze(0, 600), Weight(100), Analyze(20, 600));

    [Fact]
    public void Identical_TwoHundredRollouts_AtMostTwoPercentAreRolledBack()
    {
        var rollouts = Many(200, seed => Start(seed, Bounded, 200 + seed, SimulatedBehaviour.Good));

        var rolledBack = rollouts.Count(rollout => rollout.End!.Outcome != Outcome.Promoted);
        var inconclusive = rollouts.Count(rollout => rollout.Told("Inconclusive"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"200 identical: {rolledBack} rolled back, {200 - rolledBack - inconclusive} promoted on proof in every step, {inconclusive} with a step that ended without"));
        Assert.InRange(rolledBack, 0, 4);
        Assert.All(rollouts, rollout => Assert.Equal(0, rollout.Traffic.Unanswered));
        Assert.All(rollouts, rollout => Assert.False(rollout.Told("NoData"), "warm-up and full weight are no gap"));
    }

    [Fact]
    public void Errors_FivePercentAtFivePercentWeight_AreBackWithinTwentySeconds()
    {
        var rollouts = Many(40, seed => Start(seed, Usual, 400, SimulatedBehaviour.Errors));

        Tell("5 % errors against 0.1 %", rollouts);
        Assert.All(rollouts, rollout => Assert.Equal(Outcome.RolledBack, rollout.End!.Outcome));
        Assert.All(rollouts, rollout => Assert.Matches("^errors .+ against \"no more than 10 % worse\"$", rollout.End!.Reason));
        Assert.InRange(rollouts.Count(rollout => rollout.Exposed <= TimeSpan.FromSeconds(20)), 38, 40);
    }

    [Fact]
    public void Slow_TailTwiceAsLong_IsRolledBackWithItsLooks()
    {
        var rollouts = Many(40, seed => Start(seed, Usual, 400, SimulatedBehaviour.Slow));

        Tell("p99 doubled", rollouts);
        Assert.All(rollouts, rollout => Assert.Equal(Outcome.RolledBack, rollout.End!.Outcome));
        Assert.All(rollouts, rollout => Assert.Matches("^latency p50 .+ ms against .+ ms, p99 .+ ms against .+ ms, looks like .+; .+ to 1 against \"no more than 10 % worse\"$", rollout.End!.Reason));
        Assert.All(rollouts, rollout => Assert.InRange(rollout.Exposed!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void Good_WithHalfAPointOfMargin_IsPromotedEarlyOnProof()
    {
        var rollouts = Many(40, seed => Start(seed, Usual, 400, SimulatedBehaviour.Good));

        var promoted = rollouts.Where(rollout => rollout.End!.Outcome == Outcome.Promoted && !rollout.Told("Inconclusive")).ToList();
        var times = promoted.Select(rollout => (rollout.End!.FinishedAt - rollout.Traffic.FirstCandidateRequestAt ?? rollout.End.FinishedAt - rollout.End.StartedAt)!.Value).Order().ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"good: {promoted.Count} of 40 promoted on proof; from start to end median {times[times.Count / 2].TotalSeconds} s, longest {times[^1].TotalSeconds} s, of at most 1,800 s"));
        Assert.InRange(promoted.Count, 39, 40);
        Assert.All(promoted, rollout => Assert.StartsWith("within the acceptance margin: errors ", rollout.End!.Reason, StringComparison.Ordinal));
        Assert.InRange(times[times.Count / 2], TimeSpan.Zero, TimeSpan.FromMinutes(6));
    }

    [Fact]
    public void Source_DeadInTheMiddle_HoldsTheWeightAndResumes()
    {
        var rollout = Start(1, Usual, 400, SimulatedBehaviour.Good);
        Assert.True(rollout.RunUntil(world => world.CandidateWeight == 5, TimeSpan.FromMinutes(2)));

        rollout.Traffic.SourceFailure = "connection refused";
        Assert.True(rollout.RunUntil(_ => rollout.Told("NoData"), TimeSpan.FromMinutes(1)), rollout.World.Status.Message);
        Assert.False(rollout.RunUntil(world => world.CandidateWeight != 5 || world.Status.Pause is not null, TimeSpan.FromMinutes(25)));
        Assert.Equal(VerdictState.Unknown, rollout.World.Status.Verdict!.State);
        Assert.Contains("could be read: ", rollout.World.Status.Message, StringComparison.Ordinal);
        Assert.Single(rollout.World.Told, announcement => announcement.Reason == "NoData");

        rollout.Traffic.SourceFailure = null;
        rollout.Finish();
        Assert.True(rollout.Told("DataReturned"));
        Assert.True(rollout.End!.Outcome == Outcome.Promoted, rollout.End.Reason);
    }

    [Fact]
    public void Source_DeadWhileTheCandidateFails_RollsBackWhenItReturns()
    {
        var rollout = Start(2, Usual, 400, SimulatedBehaviour.Errors);
        Assert.True(rollout.RunUntil(world => world.CandidateWeight == 5, TimeSpan.FromMinutes(2)));
        rollout.Traffic.SourceFailure = "connection refused";
        Assert.False(rollout.RunUntil(world => world.CandidateWeight != 5, TimeSpan.FromMinutes(5)));

        rollout.Traffic.SourceFailure = null;

        // nothing was lost meanwhile: the counters are cumulative
        Assert.True(rollout.RunUntil(world => world.CandidateWeight == 0, TimeSpan.FromSeconds(12)), rollout.World.Status.Message);
    }

    [Fact]
    public void Traffic_StopsForTheNight_HoldsTheWeightAndGoesOnInTheMorning()
    {
        var rollout = Start(3, Usual with { Analysis = Usual.Analysis with { NoDataHold = TimeSpan.FromHours(12) } }, 400, SimulatedBehaviour.Good);
        Assert.True(rollout.RunUntil(world => world.CandidateWeight == 5, TimeSpan.FromMinutes(2)));
        var night = rollout.World.Now;
        rollout.Traffic.RequestsPerSecond = now => now < night.AddHours(6) ? 0 : 400;

        Assert.False(rollout.RunUntil(world => world.CandidateWeight != 5 || world.Status.Pause is not null, TimeSpan.FromHours(5)));
        Assert.Equal("errors: no traffic (no requests arrive)", rollout.World.Status.Verdict!.Reason);
        Assert.Single(rollout.World.Told, announcement => announcement.Reason == "NoData");

        rollout.Finish();
        Assert.Equal(Outcome.Promoted, rollout.End!.Outcome);
        Assert.False(rollout.Told("Inconclusive"));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50)]
    public void Guard_ErrorsThatBeginInTheBakeOrInAPause_AreBackWithinTenSeconds(int weight)
    {
        var plan = Plan(InconclusivePolicy.Promote, Weight(50), new Step.Pause(TimeSpan.FromMinutes(10)), Weight(100), Analyze(600, 1200));
        var limit = new MetricSpec.Guard { Name = "limit", Required = false, Scrape = TestSpecs.Scrape, Requests = [new SeriesSelector("r", [])], Errors = [new SeriesSelector("r", [])] };
        var rollout = Start(4, plan, 400, SimulatedBehaviour.Good, [.. Journeys.Metrics, limit]);
        Assert.True(rollout.RunUntil(world => world.CandidateWeight == weight, TimeSpan.FromMinutes(20)), rollout.World.Status.Message);
        rollout.RunUntil(_ => false, TimeSpan.FromMinutes(1));

        rollout.Traffic.CandidateErrorRatio = weight == 100 ? 0.3 : 0.5;

        Assert.True(rollout.RunUntil(world => world.CandidateWeight == 0, TimeSpan.FromSeconds(10)), rollout.World.Status.Message);
        rollout.Finish();
        Assert.Equal(Outcome.RolledBack, rollout.End!.Outcome);
        Assert.Matches(weight == 100 ? "^limit: [0-9.]+ % of [0-9,]+ requests failed within (5|10) s; the limit is 20 %$" : "^(limit: .+; the limit is 20 %|errors .+ worse\")$", rollout.End.Reason);
    }

    private void Tell(string what, Journeys[] rollouts)
    {
        var delays = rollouts.Select(rollout => rollout.Exposed!.Value).Order().ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}, {rollouts.Length} seeds: from the first request to weight 0 median {delays[delays.Count / 2].TotalSeconds} s, longest {delays[^1].TotalSeconds} s, {delays.Count(delay => delay <= TimeSpan.FromSeconds(20))} within 20 s"));
    }
}
