using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>What enters the evidence: the differences of raw counters, each once.</summary>
public sealed class JudgeCountingTests
{
    [Fact]
    public void Advance_TwoRounds_CountsTheDifferenceOfEachPod()
    {
        var bench = new JudgeBench();

        bench.Round(Stable(Counts(1000, 10)), Stable(Counts(500, 5), "s2"), Candidate(Counts(40, 4)));
        bench.Round(Stable(Counts(1100, 11)), Stable(Counts(550, 5), "s2"), Candidate(Counts(60, 6)));

        Assert.Equal((150, 1, 20, 2), bench.Counted);
    }

    [Fact]
    public void Advance_FirstSample_IsOnlyWhereCountingStarts()
    {
        var bench = new JudgeBench();

        bench.Round(Stable(Counts(1000, 10)), Candidate(Counts(40, 40)));

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Null(bench.State.EvidenceAt);
    }

    [Fact]
    public void Advance_CountersFallInNewEpoch_CountsTheNewValue()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000, 10)), Candidate(Counts(40, 4)));

        bench.Round(Stable(Counts(30, 1), epoch: "1"), Candidate(Counts(60, 6)));

        Assert.Equal((30, 1, 20, 2), bench.Counted);
    }

    [Fact]
    public void Advance_CountersFallInSameEpochAndStay_LeavesTwoIntervalsOut()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000, 10)), Stable(Counts(7), "s2"), Candidate(Counts(40, 4)));

        // a proxy evicted an idle series: what is left was counted long ago
        bench.Round(Stable(Counts(990, 10)), Stable(Counts(8), "s2"), Candidate(Counts(60, 6)));
        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Equal("waits for checkout-s1, whose counters fell", bench.Metric.LastReason);

        bench.Round(Stable(Counts(995, 11)), Stable(Counts(9), "s2"), Candidate(Counts(70, 6)));
        Assert.Equal((2, 0, 30, 2), bench.Counted);

        bench.Round(Stable(Counts(1002, 12)), Stable(Counts(10), "s2"), Candidate(Counts(75, 6)));
        Assert.Equal((10, 1, 35, 2), bench.Counted);
    }

    /// <summary>As behind a port that several processes with counters of their own answer.</summary>
    [Fact]
    public void Advance_CountersFallInSameEpochForOneRound_CountsNothingTwice()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000, 10)), Candidate(Counts(400, 4)));

        bench.Round(Stable(Counts(1100, 11)), Candidate(Counts(133, 1)));
        Assert.Equal((0, 0, 0, 0), bench.Counted);

        bench.Round(Stable(Counts(1200, 12)), Candidate(Counts(420, 5)));
        Assert.Equal((200, 2, 20, 1), bench.Counted);

        bench.Round(Stable(Counts(1300, 13)), Candidate(Counts(140, 1)));
        bench.Round(Stable(Counts(1400, 14)), Candidate(Counts(430, 5)));
        Assert.Equal((400, 4, 30, 1), bench.Counted);
    }

    [Fact]
    public void Advance_NewEpochWithoutFall_LeavesTheIntervalOut()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Candidate(Counts(40), "c2"));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(50, 10), epoch: "1"), Candidate(Counts(45), "c2"));
        Assert.Equal((100, 0, 5, 0), bench.Counted);

        bench.Round(Stable(Counts(1200)), Candidate(Counts(53, 11), epoch: "1"), Candidate(Counts(50), "c2"));
        Assert.Equal((200, 0, 13, 1), bench.Counted);
    }

    [Fact]
    public void Advance_MoreErrorsThanRequestsInBetween_LeavesTheIntervalOut()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(100, 10)), Candidate(Counts(10), "c2"));

        // both readings are possible, and their difference is not
        bench.Round(Stable(Counts(1100)), Candidate(Counts(105, 30)), Candidate(Counts(20), "c2"));

        Assert.Equal((100, 0, 10, 0), bench.Counted);
    }

    [Fact]
    public void Advance_NewPod_CountsFromItsFirstReadingOn()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)), Candidate(Counts(5, 5), "c2"));
        bench.Round(Stable(Counts(1200)), Candidate(Counts(60)), Candidate(Counts(25, 7), "c2"));

        Assert.Equal((200, 0, 40, 2), bench.Counted);
    }

    [Fact]
    public void Advance_PodVanishesAndReturns_NeverCountsTwice()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Candidate(Counts(70, 7), "c2"));
        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)), Candidate(Counts(80, 8), "c2"));

        bench.Round(Stable(Counts(1200)), Candidate(Counts(60)));
        bench.Round(Stable(Counts(1300)), Candidate(Counts(70)), Candidate(Counts(95, 9), "c2") with { ReadySince = bench.Now });
        Assert.Equal((300, 0, 40, 1), bench.Counted);

        bench.Round(Stable(Counts(1400)), Candidate(Counts(80)), Candidate(Counts(100, 9), "c2") with { ReadySince = bench.Now.AddSeconds(-5) });
        Assert.Equal((400, 0, 55, 1), bench.Counted);
    }

    [Fact]
    public void Advance_UnreadPod_HoldsTheBlockUntilItIsBack()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Candidate(Counts(40), "c2"));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)), Failed(ArmName.Candidate, "c2"));
        bench.Round(Stable(Counts(1200)), Candidate(Counts(60)), Failed(ArmName.Candidate, "c2"));
        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Equal("waits for checkout-c2, which could not be read", bench.Metric.LastReason);

        bench.Round(Stable(Counts(1300)), Candidate(Counts(70)), Candidate(Counts(70, 30), "c2"));
        Assert.Equal((300, 0, 60, 30), bench.Counted);
    }

    [Fact]
    public void Advance_PodUnreadForThreeIntervals_IsGivenUpAndTheOthersCountOn()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Candidate(Counts(40), "c2"));
        for (var i = 1; i <= 3; i++)
        {
            bench.Round(Stable(Counts(1000 + 100 * i)), Candidate(Counts(40 + 10 * i)), Failed(ArmName.Candidate, "c2"));
            Assert.Equal((0, 0, 0, 0), bench.Counted);
        }

        bench.Round(Stable(Counts(1400)), Candidate(Counts(80)), Failed(ArmName.Candidate, "c2"));
        Assert.Equal((400, 0, 40, 0), bench.Counted);

        // back again: what it counted meanwhile belongs to no block
        bench.Round(Stable(Counts(1500)), Candidate(Counts(90)), Candidate(Counts(90, 50), "c2"));
        bench.Round(Stable(Counts(1600)), Candidate(Counts(100)), Candidate(Counts(100, 50), "c2"));
        Assert.Equal((600, 0, 70, 0), bench.Counted);
    }

    [Fact]
    public void Advance_UnreadPodThatNeverWasRead_HoldsNothingUp()
    {
        var bench = new JudgeBench();

        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Failed(ArmName.Candidate, "c2"));
        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)), Failed(ArmName.Candidate, "c2"));

        Assert.Equal((100, 0, 10, 0), bench.Counted);
    }

    [Fact]
    public void Advance_WholeSourceDownForLong_CountsEverythingAfterwards()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        for (var i = 0; i < 50; i++)
        {
            bench.Round(Failed(ArmName.Stable, "s1"), Failed(ArmName.Candidate, "c1"));
        }

        bench.Round(Stable(Counts(6000, 3)), Candidate(Counts(540, 1)));

        Assert.Equal((5000, 3, 500, 1), bench.Counted);
    }

    [Fact]
    public void Advance_WarmUp_CountsFromTheFirstReadingAfterIt()
    {
        var bench = new JudgeBench { Spec = new AnalysisSpec { WarmUp = TimeSpan.FromSeconds(12) } };
        for (var i = 0; i <= 4; i++)
        {
            // read at 0, 5, 10, 15 and 20 s; ready at 0 s, so that counting starts with the reading at 15 s
            bench.Round(Stable(Counts(100 * i)), Candidate(Counts(10 * i, i)) with { ReadySince = Noon });
        }

        Assert.Equal((100, 0, 10, 1), bench.Counted);
    }

    [Fact]
    public void Advance_WarmUpOfTheStableRevision_IsLeftOutToo()
    {
        var bench = new JudgeBench { Spec = new AnalysisSpec { WarmUp = TimeSpan.FromSeconds(12) } };
        for (var i = 0; i <= 4; i++)
        {
            bench.Round(Stable(Counts(100 * i)), Stable(Counts(90 * i, i), "s2") with { ReadySince = Noon }, Candidate(Counts(10 * i)));
        }

        Assert.Equal((490, 1, 40, 0), bench.Counted);
    }

    [Fact]
    public void Advance_ExposureStartsWithinAnInterval_CountsFromTheNextReading()
    {
        var bench = new JudgeBench { Exposure = Exposure.None };
        bench.Round(Stable(Counts(1000)), Candidate(Counts(0)));
        bench.Exposure = new Exposure(Noon.AddSeconds(2), new Weight(5), null);

        bench.Round(Stable(Counts(1100)), Candidate(Counts(3, 3)));
        Assert.Equal((0, 0, 0, 0), bench.Counted);

        bench.Round(Stable(Counts(1200)), Candidate(Counts(8, 4)));
        Assert.Equal((100, 0, 5, 1), bench.Counted);
    }

    [Fact]
    public void Advance_BeforeTheExposure_CountsNothingAndIsAValue()
    {
        var bench = new JudgeBench { Exposure = Exposure.None };

        bench.Round(Stable(Counts(1000)));
        bench.Round(Stable(Counts(1100, 50)), Candidate(Counts(10, 10)));

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Equal(MeasurementState.Value, bench.Metric.Last);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
    }

    [Fact]
    public void Advance_CandidateThatOnlyFails_IsAllErrorsFromItsFirstRequest()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Absent));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(20, 20)));

        Assert.Equal((100, 0, 20, 20), bench.Counted);
        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
    }

    [Fact]
    public void Advance_DuplicateAndOlderRounds_ChangeNothing()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        var late = bench.Measure(Stable(Counts(1050)), Candidate(Counts(45)));
        bench.Now += bench.Spec.Interval;
        var last = bench.Measure(Stable(Counts(1100)), Candidate(Counts(50)));
        var state = Judge.Advance(bench.Metrics, bench.Spec, bench.State, bench.Exposure, last);

        Assert.Same(state, Judge.Advance(bench.Metrics, bench.Spec, state, bench.Exposure, last));
        Assert.Same(state, Judge.Advance(bench.Metrics, bench.Spec, state, bench.Exposure, late));
    }

    [Fact]
    public void Advance_PodClockGoesBackwards_CountsItsRequestsLaterAndOnce()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Candidate(Counts(40), "c2"));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)), Candidate(Counts(50, 1), "c2") with { At = Noon.AddSeconds(-30) });
        Assert.Equal((100, 0, 10, 0), bench.Counted);

        bench.Round(Stable(Counts(1200)), Candidate(Counts(60)), Candidate(Counts(60, 2), "c2"));
        Assert.Equal((200, 0, 40, 2), bench.Counted);
    }

    [Fact]
    public void Advance_HugeGapBetweenRounds_CountsItOnce()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        bench.Now = bench.Now.AddDays(3);

        bench.Round(Stable(Counts(10_001_000, 10)), Candidate(Counts(1_000_040, 1)));

        Assert.Equal((10_000_000, 10, 1_000_000, 1), bench.Counted);
        Assert.Equal(MeasurementState.Value, bench.Metric.Last);
    }

    [Fact]
    public void Advance_SameUidTwice_CountsItOnce()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Stable(Counts(1000)), Candidate(Counts(40)));

        bench.Round(Stable(Counts(1100)), Stable(Counts(1100)), Candidate(Counts(50)));

        Assert.Equal((100, 0, 10, 0), bench.Counted);
    }

    [Fact]
    public void Advance_PodChangesItsArm_BeginsAnew()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)), Candidate(Counts(70), "x"));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)), Stable(Counts(80), "x"));
        bench.Round(Stable(Counts(1200)), Candidate(Counts(60)), Stable(Counts(85), "x"));

        Assert.Equal((205, 0, 20, 0), bench.Counted);
    }

    [Fact]
    public void Advance_OneMetricWaits_ShareOfTheTrafficCountsEachRequestOnce()
    {
        var bench = new JudgeBench { Metrics = [Errors, Errors with { Name = "second" }] };
        bench.Round(Both(ArmName.Stable, "s1", 1000), Both(ArmName.Candidate, "c1", 40));
        bench.Round(Both(ArmName.Stable, "s1", 1100), Pod(ArmName.Candidate, "c1", "0", new MetricReading.Invalid("it is odd"), Counts(50)), Both(ArmName.Candidate, "c2", 7));
        bench.Round(Both(ArmName.Stable, "s1", 1200), Both(ArmName.Candidate, "c1", 60));

        Assert.Equal((200, 20), (bench.State.Share.Stable, bench.State.Share.Candidate));
    }

    [Fact]
    public void Advance_CountersUpTo2To53_AreCountedExactly()
    {
        var bench = new JudgeBench();
        const double Largest = 9007199254740992;
        bench.Round(Stable(Counts(Largest - 1001)), Candidate(Counts(Largest - 101)));

        bench.Round(Stable(Counts(Largest)), Candidate(Counts(Largest, 1)));

        Assert.Equal((1001, 0, 101, 1), bench.Counted);
    }

    [Fact]
    public void Advance_CounterJumpsBeyondReason_IsLeftOutAndTold()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));

        bench.Round(Stable(Counts(1100)), Candidate(Counts(9e15, 8e15)));

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Equal("a counter jumped by more requests than there can be", bench.Metric.LastReason);
        bench.Round(Stable(Counts(1200)), Candidate(Counts(50)));
        bench.Round(Stable(Counts(1300)), Candidate(Counts(60)));
        bench.Round(Stable(Counts(1400)), Candidate(Counts(70)));
        Assert.Equal((100, 0, 10, 0), bench.Counted);
    }

    [Fact]
    public void Advance_OnlyOneRevisionHasRequests_CountsNothingForEither()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));

        bench.Round(Stable(Counts(1100, 9)), Candidate(Counts(40)));

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Null(bench.State.EvidenceAt);
    }

    [Fact]
    public void Advance_MetricOfAnotherName_BeginsAnew()
    {
        var bench = new JudgeBench();
        bench.Round(Stable(Counts(1000)), Candidate(Counts(40)));
        bench.Round(Stable(Counts(1100)), Candidate(Counts(50)));
        bench.Metrics = [Errors with { Name = "failures" }];

        bench.Round(Stable(Counts(1200)), Candidate(Counts(60)));

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Equal("failures", bench.Metric.Name);
    }

    private static PodReading Both(ArmName arm, string uid, double requests) => Pod(arm, uid, "0", Counts(requests), Counts(requests));
}
