using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>The share of the completed requests: it warns and holds, and never rolls back.</summary>
public sealed class JudgeTrafficTests
{
    private static readonly MetricSpec.Traffic Share = new() { Name = "share", Scrape = TestSpecs.Scrape, Requests = [new SeriesSelector("requests_total", [])] };

    [Fact]
    public void Conclude_CandidateCompletesTooLittle_WarnsHoldsAndTellsTheWeightIsNotSeen()
    {
        var bench = Bench(new Weight(20));

        Feed(bench, 20, stable: 80, candidate: 8);

        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Assert.Matches("^share: the candidate completed 9.1 % of the requests, and 20 % were meant for it; [0-9,a-z ]+ to 1 against \"at most 1.25 times more or less traffic than the weight gives\"$", bench.Verdict.Metrics[0].Warning);
        Assert.False(bench.Verdict.WeightSeen);
        Assert.Equal(0, bench.Verdict.LogEvidence);
    }

    [Fact]
    public void Conclude_ShareAsPlanned_IsAccepted()
    {
        var bench = Bench(new Weight(20));

        Feed(bench, 20, stable: 80, candidate: 20);

        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
        Assert.Null(bench.Verdict.Metrics[0].Warning);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(60, false)]
    public void Conclude_FewSessionsAtTheCandidate_WarnsOnlyWhenRequestsAreTakenAsDealtOneByOne(double requestsPerSession, bool warns)
    {
        // 24 sessions of 60 requests, of which the candidate has 3 instead of about 5
        var bench = new JudgeBench { Metrics = [Share with { RequestsPerSession = requestsPerSession }], Exposure = new Exposure(Noon, new Weight(20), Noon) };

        Feed(bench, 20, stable: 63, candidate: 9);

        Assert.Equal(warns, bench.Verdict.Metrics[0].Warning is not null);
        Assert.Equal(warns ? VerdictState.Running : VerdictState.Pass, bench.Verdict.State);
    }

    [Fact]
    public void Advance_WeightOnItsWay_CountsNothing()
    {
        var bench = Bench(new Weight(20));
        bench.Exposure = bench.Exposure with { WeightSince = null };

        Feed(bench, 20, stable: 100, candidate: 0.0);

        Assert.Empty(bench.Metric.Tests);
    }

    [Fact]
    public void Conclude_BesideErrors_NeverMovesTheEvidence()
    {
        var bench = new JudgeBench { Metrics = [Share, Errors], Exposure = new Exposure(Noon, new Weight(20), Noon) };
        for (var i = 0; i < 20; i++)
        {
            bench.Round(
                Pod(ArmName.Stable, "s1", "0", Counts(80 * i), Counts(80 * i, i)),
                Pod(ArmName.Candidate, "c1", "0", Counts(2 * i), Counts(20 * i, i)));
        }

        Assert.NotNull(bench.Verdict.Metrics[0].Warning);
        Assert.Equal(bench.Verdict.Metrics[1].LogEvidence, bench.Verdict.LogEvidence, 1e-12);
    }

    private static JudgeBench Bench(Weight weight) => new() { Metrics = [Share], Exposure = new Exposure(Noon, weight, Noon) };

    private static void Feed(JudgeBench bench, int rounds, double stable, double candidate)
    {
        for (var i = 0; i < rounds; i++)
        {
            bench.Round(Stable(Counts(stable * i)), Candidate(Counts(candidate * i)));
        }
    }
}
