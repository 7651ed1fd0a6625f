using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>Absolute limits: they act at once, at every weight, on the candidate alone.</summary>
public sealed class JudgeGuardTests
{
    private static readonly MetricSpec.Guard Guard = new()
    {
        Name = "limit",
        Scrape = TestSpecs.Scrape,
        Requests = [new SeriesSelector("requests_total", [])],
        Errors = [new SeriesSelector("requests_total", [])],
    };

    [Theory]
    [InlineData(50, 11, VerdictState.Fail)]
    [InlineData(50, 10, VerdictState.Pass)]
    [InlineData(49, 49, VerdictState.Pass)]
    public void Conclude_RatioAndRequests_DecideAlone(double requests, double errors, VerdictState expected)
    {
        var bench = Bench();

        bench.Round(Stable(Counts(0)), Candidate(Counts(requests, errors)));

        Assert.Equal(expected, bench.Verdict.State);
    }

    [Fact]
    public void Conclude_BeyondTheLimit_SaysTheNumbersAndTheLimit()
    {
        var bench = Bench();

        bench.Round(Stable(Counts(0)), Candidate(Counts(100, 30)));

        Assert.Equal("limit: 30 % of 100 requests failed within 60 s; the limit is 20 %", bench.Verdict.Reason);
        Assert.Equal(0, bench.Verdict.LogEvidence);
    }

    [Fact]
    public void Advance_UnderFullWeight_StillActs()
    {
        var bench = Bench();
        bench.Exposure = new Exposure(Noon, Weight.Full, Noon);

        bench.Round(Candidate(Counts(100, 30)));

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
    }

    [Fact]
    public void Advance_PodWarmsUp_CountsAllTheSame()
    {
        var bench = Bench();
        bench.Spec = bench.Spec with { WarmUp = TimeSpan.FromHours(10) };

        bench.Round(Stable(Counts(0)), Candidate(Counts(100, 30)));

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
    }

    [Fact]
    public void Advance_ErrorsOlderThanTheWindow_AreForgotten()
    {
        var bench = Bench();
        bench.Round(Stable(Counts(0)), Candidate(Counts(49, 49)));
        for (var i = 1; i <= 12; i++)
        {
            bench.Round(Stable(Counts(0)), Candidate(Counts(49, 49)));
        }

        bench.Round(Stable(Counts(0)), Candidate(Counts(99, 59)));

        Assert.Equal((50, 10), (bench.Verdict.Metrics[0].CandidateRequests, bench.Verdict.Metrics[0].CandidateBad));
        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
    }

    [Fact]
    public void Advance_OnceBeyond_StaysSoWhenTheErrorsStop()
    {
        var bench = Bench();
        bench.Round(Stable(Counts(0)), Candidate(Counts(100, 30)));
        var reason = bench.Verdict.Reason;

        for (var i = 1; i < 20; i++)
        {
            bench.Round(Stable(Counts(0)), Candidate(Counts(100 + 100 * i, 30)));
        }

        Assert.Equal((VerdictState.Fail, reason), (bench.Verdict.State, bench.Verdict.Reason));
    }

    [Fact]
    public void Advance_BeforeTheExposure_CountsNothing()
    {
        var bench = Bench();
        bench.Exposure = Exposure.None;

        bench.Round(Stable(Counts(0)), Candidate(Counts(100, 100)));

        Assert.NotEqual(VerdictState.Fail, bench.Verdict.State);
    }

    [Fact]
    public void Conclude_GuardBesideATest_ActsBeforeTheEvidence()
    {
        var bench = new JudgeBench { Metrics = [Errors, Guard] };
        bench.Round(Pod(ArmName.Stable, "s1", "0", Counts(0), Counts(0)), Pod(ArmName.Candidate, "c1", "0", Counts(0), Counts(0)));

        bench.Round(Pod(ArmName.Stable, "s1", "0", Counts(60, 30), Counts(60, 30)), Pod(ArmName.Candidate, "c1", "0", Counts(60, 30), Counts(60, 30)));

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
        Assert.True(bench.Verdict.LogEvidence < bench.Verdict.LogThreshold);
    }

    private static JudgeBench Bench()
    {
        var bench = new JudgeBench { Metrics = [Guard] };
        bench.Round(Stable(Counts(0)), Candidate(Counts(0)));
        return bench;
    }
}
