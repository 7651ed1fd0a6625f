using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>With a fresh baseline the candidate is compared with its pods, and with no others.</summary>
public sealed class JudgeBaselineTests
{
    [Fact]
    public void Advance_Baseline_IsComparedInsteadOfThePodsThatServe()
    {
        var bench = Fresh();

        bench.Round(Stable(Counts(1000, 900)), Baseline(Counts(50, 5)), Candidate(Counts(40, 4)));
        bench.Round(Stable(Counts(2000, 1900)), Baseline(Counts(70, 6)), Candidate(Counts(60, 6)));

        Assert.Equal((20, 1, 20, 2), bench.Counted);
    }

    [Fact]
    public void Advance_StableKind_LeavesBaselinePodsOut()
    {
        var bench = new JudgeBench();

        bench.Round(Stable(Counts(1000)), Baseline(Counts(50)), Candidate(Counts(40)));
        bench.Round(Stable(Counts(1100)), Baseline(Counts(70)), Candidate(Counts(60)));

        Assert.Equal((100, 0, 20, 0), bench.Counted);
    }

    [Fact]
    public void Advance_BeforeExposure_LearnsFromThePodsThatServe()
    {
        var bench = Fresh();
        bench.Metrics = [Latency];
        bench.Exposure = Exposure.None;

        bench.Round(Stable(Buckets(0, 0, 0)));
        bench.Round(Stable(Buckets(90, 99, 100)));

        Assert.Equal(MeasurementState.Value, bench.Metric.Last);
        Assert.Equal([90, 99, 100], Assert.Single(bench.Metric.Blocks).Stable);
    }

    [Fact]
    public void Advance_NoBaselinePod_HasNoData()
    {
        var bench = Fresh();

        for (var i = 1; i < 6; i++)
        {
            bench.Round(Stable(Counts(1000 * i)), Candidate(Counts(40 * i)));
        }

        Assert.Equal((0, 0, 0, 0), bench.Counted);
        Assert.Equal((VerdictState.Unknown, "errors: no data (the baseline has no ready pod to read)"), (bench.Verdict.State, bench.Verdict.Reason));
    }

    [Fact]
    public void Advance_StablePodsCannotBeRead_StillCompares()
    {
        var bench = Fresh();
        bench.Round(Baseline(Counts(50)), Candidate(Counts(40)), Failed(ArmName.Stable, "s1"));

        bench.Round(Baseline(Counts(70)), Candidate(Counts(60)), Failed(ArmName.Stable, "s1"));

        Assert.Equal((20, 0, 20, 0), bench.Counted);
    }

    [Fact]
    public void Advance_FullWeight_NeedsNoBaseline()
    {
        var bench = Fresh();
        bench.Exposure = new Exposure(Noon, Weight.Full, Noon);

        for (var i = 1; i < 6; i++)
        {
            bench.Round(Stable(Counts(1000)), Candidate(Counts(40 * i)));
        }

        Assert.Equal(MeasurementState.Value, bench.Metric.Last);
        Assert.NotNull(bench.State.EvidenceAt);
    }

    [Fact]
    public void Conclude_Share_CountsTheBaselineAmongThoseThatAreNotTheCandidate()
    {
        var bench = Fresh();
        bench.Exposure = new Exposure(Noon, new Weight(10), Noon);

        bench.Round(Stable(Counts(0)), Baseline(Counts(0)), Candidate(Counts(0)));
        bench.Round(Stable(Counts(800)), Baseline(Counts(100)), Candidate(Counts(100)));

        Assert.Equal((0.1, true), (bench.Verdict.ObservedShare, bench.Verdict.WeightSeen));
    }

    private static JudgeBench Fresh()
    {
        var bench = new JudgeBench();
        bench.Spec = bench.Spec with { Baseline = BaselineKind.Fresh };
        return bench;
    }

    private static PodReading Baseline(MetricReading reading) => Pod(ArmName.Baseline, "b1", "0", reading);
}
