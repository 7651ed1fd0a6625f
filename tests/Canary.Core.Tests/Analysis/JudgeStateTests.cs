using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>What a reading is when it is no value, how long that takes, and what is said of it.</summary>
public sealed class JudgeStateTests
{
    [Fact]
    public void Conclude_BeforeTheFirstRound_IsRunning()
    {
        var verdict = new JudgeBench().Verdict;

        Assert.Equal((VerdictState.Running, "nothing has been measured yet"), (verdict.State, verdict.Reason));
    }

    [Fact]
    public void Advance_AbsentInBothArms_IsNoDataFromTheStart()
    {
        var bench = new JudgeBench();

        bench.Round(Stable(Absent), Candidate(Absent));

        Unknown(bench, MeasurementState.NoData, "errors: no data (no pod has a series that matches)");
    }

    [Fact]
    public void Advance_AbsentInBothArmsAndThenCounts_CountsFromZero()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Absent), Candidate(Absent));

        bench.Round(Stable(Counts(100, 1)), Candidate(Counts(10, 2)));

        Assert.Equal((100, 1, 10, 2), bench.Counted);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
    }

    [Fact]
    public void Advance_CandidateSilent_IsNoTrafficAfterSixIntervals()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)));
        for (var i = 1; i < 6; i++)
        {
            bench.Round(Stable(Counts(1100 + 100 * i)), Candidate(Counts(50)));
            Assert.Equal(VerdictState.Running, bench.Verdict.State);
        }

        bench.Round(Stable(Counts(2000)), Candidate(Counts(50)));
        Unknown(bench, MeasurementState.NoTraffic, "errors: no traffic (no requests reach the candidate)");

        bench.Round(Stable(Counts(2100)), Candidate(Counts(60)));
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
    }

    [Fact]
    public void Advance_NobodySendsRequests_SaysThatNoneArrive()
    {
        var bench = new JudgeBench();
        Repeat(bench, 12, Stable(Counts(1000)), Candidate(Counts(40)));

        Unknown(bench, MeasurementState.NoTraffic, "errors: no traffic (no requests arrive)");
    }

    [Fact]
    public void Advance_StableSilentBelowFullWeight_IsNoTraffic()
    {
        var bench = new JudgeBench();
        for (var i = 0; i < 12; i++)
        {
            bench.Round(Stable(Counts(1000)), Candidate(Counts(40 + i)));
        }

        Unknown(bench, MeasurementState.NoTraffic, "errors: no traffic (no requests reach the stable revision)");
    }

    [Fact]
    public void Advance_StableSilentUnderFullWeight_IsAsItShouldBe()
    {
        var bench = new JudgeBench { Exposure = new Exposure(Noon, Weight.Full, Noon) };
        for (var i = 0; i < 12; i++)
        {
            bench.Round(Stable(Counts(1000)), Candidate(Counts(40 + i)));
        }

        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Assert.Equal(bench.State.RoundAt, bench.State.EvidenceAt);
    }

    [Fact]
    public void Advance_CandidateSilentUnderFullWeight_IsNoTraffic()
    {
        var bench = new JudgeBench { Exposure = new Exposure(Noon, Weight.Full, Noon) };
        Repeat(bench, 12, Stable(Counts(1000)), Candidate(Counts(40)));

        Assert.Equal(MeasurementState.NoTraffic, bench.Metric.Last);
    }

    [Fact]
    public void Advance_CandidateWarmsUp_IsNoGap()
    {
        var bench = new JudgeBench { Spec = new AnalysisSpec { WarmUp = TimeSpan.FromMinutes(2) } };
        for (var i = 0; i <= 24; i++)
        {
            bench.Round(Stable(Counts(1000 + 100 * i)), Candidate(Counts(10 * i)) with { ReadySince = Noon });
            Assert.Equal((VerdictState.Running, "errors: no requests counted yet (the pods of the candidate warm up)"), (bench.Verdict.State, bench.Verdict.Reason));
        }

        bench.Round(Stable(Counts(9000)), Candidate(Counts(900)) with { ReadySince = Noon });
        Assert.True(bench.Counted.Item3 > 0);
    }

    [Fact]
    public void Advance_CountersBeginAgainInEveryInterval_IsNoData()
    {
        var bench = new JudgeBench();
        for (var i = 0; i < 12; i++)
        {
            bench.Round(Stable(Counts(1000 + 100 * i)), Candidate(Counts(40 + 10 * i), epoch: i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        Unknown(bench, MeasurementState.NoData, "errors: no data (no pod of the candidate kept its counters for a whole interval)");
    }

    [Theory]
    [InlineData(ArmName.Stable, "the stable revision")]
    [InlineData(ArmName.Candidate, "the candidate")]
    public void Advance_NoPodOfAnArmCanBeRead_IsErrorAfterThreeIntervals(ArmName arm, string name)
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)));
        PodReading[] failing =
        [
            arm == ArmName.Stable ? Failed(arm, "s1", "503 Service Unavailable") : Stable(Counts(1200)),
            arm == ArmName.Candidate ? Failed(arm, "c1", "503 Service Unavailable") : Candidate(Counts(60)),
        ];

        Repeat(bench, 2, failing);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);

        Repeat(bench, 1, failing);
        var uid = arm == ArmName.Stable ? "s1" : "c1";
        Unknown(bench, MeasurementState.Error, $"errors: the source failed (no pod of {name} could be read: checkout-{uid}: 503 Service Unavailable)");
    }

    [Fact]
    public void Advance_SourceNeverAnswered_IsUnknownAtOnce()
    {
        var bench = new JudgeBench();

        bench.Round(Failed(ArmName.Stable, "s1"), Failed(ArmName.Candidate, "c1"));

        Assert.Equal(VerdictState.Unknown, bench.Verdict.State);
    }

    [Fact]
    public void Advance_ArmWithoutPods_IsNoDataAfterThreeIntervals()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)));

        Repeat(bench, 3, Stable(Counts(1200)));

        Unknown(bench, MeasurementState.NoData, "errors: no data (the candidate has no ready pod to read)");
    }

    [Theory]
    [InlineData(double.NaN, 0, "the requests are NaN, which is no count")]
    [InlineData(double.PositiveInfinity, 0, "the requests are Infinity, which is no count")]
    [InlineData(-1, 0, "the requests are -1, which is no count")]
    [InlineData(1e17, 0, "the requests are 1E+17, which is no count")]
    [InlineData(10, double.NaN, "the errors are NaN, which is no count")]
    [InlineData(10, 11, "there are 11 errors among 10 requests")]
    public void Advance_ReadingIsNoCount_IsNoDataAndHarmsNothing(double requests, double errors, string words)
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)));

        for (var i = 0; i < 4; i++)
        {
            bench.Round(Stable(Counts(1200)), Candidate(Counts(requests, errors)));
        }

        Unknown(bench, MeasurementState.NoData, $"errors: no data (checkout-c1 of the candidate: {words})");
        bench.Round(Stable(Counts(1300)), Candidate(Counts(90)));
        Assert.Equal((300, 0, 50, 0), bench.Counted);
    }

    [Fact]
    public void Advance_OneOfTwoPodsIsInvalid_IsTreatedAsUnread()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Candidate(Counts(40), "c2"));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)), Candidate(new MetricReading.Invalid("NaN"), "c2"));

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Equal("waits for checkout-c2, which could not be read", bench.Metric.LastReason);
    }

    [Fact]
    public void Advance_PodToldFewerMetrics_IsTreatedAsUnread()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));

        Repeat(bench, 4, Stable(Counts(1100)), Pod(ArmName.Candidate, "c1", "0"));

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.NotEqual(VerdictState.Pass, bench.Verdict.State);
    }

    [Fact]
    public void Advance_RoundWithoutPods_IsNoData()
    {
        var bench = new JudgeBench();

        bench.Round();

        Unknown(bench, MeasurementState.NoData, "errors: no data (the stable revision has no ready pod to read)");
    }

    [Fact]
    public void Advance_ShareOfPodsThatWarmUp_CountsForTheCheckOfTheWeight()
    {
        var bench = new JudgeBench { Spec = new AnalysisSpec { WarmUp = TimeSpan.FromMinutes(5) } };
        bench.Round(Stable(Counts(1000)), Candidate(Counts(0)) with { ReadySince = Noon });
        bench.Round(Stable(Counts(1300)), Candidate(Counts(280)) with { ReadySince = Noon });

        Assert.True(bench.Verdict.WeightSeen);
        Assert.Equal(280 / 580.0, bench.Verdict.ObservedShare);
    }

    [Fact]
    public void Advance_RequestsGoElsewhere_WeightIsNotSeen()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(0)));
        bench.Round(Stable(Counts(1900)), Candidate(Counts(100)));

        Assert.False(bench.Verdict.WeightSeen);
    }

    [Fact]
    public void Advance_WeightChanges_ItsCheckBeginsAnew()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(0)));
        bench.Round(Stable(Counts(1500)), Candidate(Counts(500)));
        bench.Exposure = new Exposure(Noon, new Weight(80), null);

        bench.Round(Stable(Counts(1600)), Candidate(Counts(900)));
        Assert.Null(bench.Verdict.WeightSeen);

        bench.Exposure = bench.Exposure with { WeightSince = Noon.AddSeconds(10) };
        bench.Round(Stable(Counts(1700)), Candidate(Counts(1300)));
        Assert.Equal(0.8, bench.Verdict.ObservedShare);
        Assert.True(bench.Verdict.WeightSeen);
    }

    [Fact]
    public void Advance_FewRequests_WeightIsNeitherSeenNorUnseen()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(0)));
        bench.Round(Stable(Counts(1098)), Candidate(Counts(1)));

        Assert.Null(bench.Verdict.WeightSeen);
    }

    private static void Repeat(JudgeBench bench, int times, params PodReading[] pods)
    {
        for (var i = 0; i < times; i++)
        {
            bench.Round(pods);
        }
    }

    private static void Unknown(JudgeBench bench, MeasurementState state, string words)
    {
        Assert.Equal(state, bench.Metric.Last);
        Assert.Equal((VerdictState.Unknown, words), (bench.Verdict.State, bench.Verdict.Reason));
    }
}
