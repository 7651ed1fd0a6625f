using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>Histograms: their layout, what is learned before the exposure, and what is said.</summary>
public sealed class JudgeLatencyTests
{
    private static readonly double[] Usual = [900, 990, 1000];
    private static readonly double[] Slow = [600, 930, 1000];

    [Fact]
    public void Advance_BeforeTheExposure_LearnsFromTheStableRevision()
    {
        var bench = Bench();
        bench.Exposure = Exposure.None;
        bench.Round(Stable(Times(Usual, 1)));
        bench.Round(Stable(Times(Usual, 2)));
        bench.Exposure = new Exposure(bench.Now, new Weight(50), null);
        bench.Round(Stable(Times(Usual, 3)), Candidate(Times(Usual, 0)));

        bench.Round(Stable(Times(Usual, 4)), Candidate(Times(Slow, 1)));

        Assert.True(bench.Verdict.LogEvidence > 0, "the reference was complete, so the first block is evidence");
        Assert.Equal(1000, bench.Verdict.Metrics[0].CandidateRequests);
    }

    [Fact]
    public void Advance_WithoutAReference_UsesTheFirstBlockAsOne()
    {
        var bench = Bench();
        bench.Round(Stable(Times(Usual, 0)), Candidate(Times(Usual, 0)));

        bench.Round(Stable(Times(Usual, 1)), Candidate(Times(Slow, 1)));
        Assert.Equal(0, bench.Verdict.LogEvidence);

        bench.Round(Stable(Times(Usual, 2)), Candidate(Times(Slow, 2)));
        Assert.True(bench.Verdict.LogEvidence > 0);
    }

    [Fact]
    public void Conclude_CandidateSlower_FailsAndSaysWhatItLooksLike()
    {
        var bench = Bench();
        for (var i = 0; i < 6; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(Times(Slow, i)));
        }

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
        Assert.Matches("^latency p50 8\\.33 ms against 5\\.56 ms, p99 100 ms against 100 ms, looks like .+; over 1,000,000 to 1 against \"no more than 10 % worse\"$", bench.Verdict.Reason);
        Assert.Equal((5000, 5000), (bench.Verdict.Metrics[0].StableRequests, bench.Verdict.Metrics[0].CandidateRequests));
        Assert.Equal((50, 350), (bench.Verdict.Metrics[0].StableBad, bench.Verdict.Metrics[0].CandidateBad));
        Assert.Equal(7, bench.Verdict.Metrics[0].Ratio!.Value, 1e-9);
    }

    [Fact]
    public void Conclude_Numbers_HoldQuantilesWithTheirIntervals()
    {
        var bench = Bench();
        for (var i = 0; i < 6; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(Times(Slow, i)));
        }

        var metric = bench.Verdict.Metrics[0];
        Assert.Equal(["p50", "p90", "p99"], metric.CandidateValues.Select(value => value.Name));
        Assert.All(metric.StableValues.Concat(metric.CandidateValues), value => Assert.True(value.Lower <= value.Value && (value.Upper ?? double.PositiveInfinity) >= value.Value, value.ToString()));
        Assert.Equal(metric.CandidateValues[2].Value - metric.StableValues[2].Value, metric.DifferenceMilliseconds);
        Assert.Equal(0, metric.StableValues[0].Lower);
        Assert.Equal(10, metric.StableValues[0].Upper);
    }

    [Fact]
    public void Conclude_CandidateEqual_IsAcceptedWithBothQuantiles()
    {
        var bench = Bench();
        for (var i = 0; i < 40; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(Times(Usual, i)));
        }

        Assert.Equal((VerdictState.Pass, "within the acceptance margin: latency p50 5.56 ms against 5.56 ms, p99 100 ms against 100 ms"), (bench.Verdict.State, bench.Verdict.Reason));
    }

    [Fact]
    public void Advance_LayoutsShareBounds_GoesOnByThoseWithTheEvidence()
    {
        var bench = Bench();
        for (var i = 0; i < 3; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(Times(Usual, i)));
        }

        var before = bench.Verdict.LogEvidence;
        for (var i = 3; i < 5; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(new MetricReading.Buckets([20, 100, double.PositiveInfinity], [950 * i, 990 * i, 1000 * i])));
            Assert.True(i > 3 || Math.Abs(before - bench.Verdict.LogEvidence) < 1e-9, "a change of buckets is no evidence");
        }

        Assert.Equal([100, double.PositiveInfinity], bench.Metric.UpperBounds);
        Assert.Equal([2970.0, 3000], bench.Metric.Stable);
        Assert.Equal([2970.0, 3000], bench.Metric.Candidate);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
    }

    [Fact]
    public void Advance_LayoutsShareNothing_IsNoDataAndHarmsNothing()
    {
        var bench = Bench();
        for (var i = 0; i < 3; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(Times(Usual, i)));
        }

        var before = bench.Metric;
        for (var i = 3; i < 8; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(new MetricReading.Buckets([20, 200, double.PositiveInfinity], [900 * i, 990 * i, 1000 * i])));
        }

        Assert.Equal((VerdictState.Unknown, "latency: no data (the pods' histograms have no bound in common)"), (bench.Verdict.State, bench.Verdict.Reason));
        Assert.Equal((before.Stable, before.Candidate, before.Tests), (bench.Metric.Stable, bench.Metric.Candidate, bench.Metric.Tests));
    }

    [Fact]
    public void Advance_AllPodsChangeTheirBuckets_KeepsTheEvidence()
    {
        var bench = Bench();
        for (var i = 0; i < 4; i++)
        {
            bench.Round(Stable(Times(Usual, i)), Candidate(Times(Slow, i)));
        }

        var before = bench.Verdict.LogEvidence;
        for (var i = 4; i < 6; i++)
        {
            bench.Round(Stable(Other(i)), Candidate(Other(i)));
        }

        Assert.True(before > 5);
        Assert.InRange(bench.Verdict.LogEvidence, before - 1, before);
        Assert.Equal([20, 50, double.PositiveInfinity], bench.Metric.UpperBounds);

        static MetricReading Other(int times) => new MetricReading.Buckets([20, 50, double.PositiveInfinity], [900 * times, 990 * times, 1000 * times]);
    }

    [Fact]
    public void Advance_LayoutComesBack_CountsOnFromBefore()
    {
        var bench = Bench();
        bench.Round(Stable(Times(Usual, 0)), Candidate(Times(Usual, 0)));
        bench.Round(Stable(Times(Usual, 1)), Candidate(new MetricReading.Buckets([20, double.PositiveInfinity], [1, 2])));

        bench.Round(Stable(Times(Usual, 2)), Candidate(Times(Usual, 2)));

        Assert.Equal(2000, bench.Metric.Stable[^1]);
        Assert.Equal(2000, bench.Metric.Candidate[^1]);
    }

    [Fact]
    public void Advance_BoundsBeginAtZero_CountTheirRequestsInTheNextBucket()
    {
        var bench = Bench();
        for (var i = 0; i < 3; i++)
        {
            bench.Round(Stable(WithZero(i)), Candidate(WithZero(i)));
        }

        Assert.Equal(Bounds, bench.Metric.UpperBounds);
        Assert.Equal([1800.0, 1980, 2000], bench.Metric.Candidate);
    }

    public static TheoryData<double[], double[], string> Wrong { get; } = new()
    {
        { [10, double.PositiveInfinity], [5, 4], "the histogram holds 4 up to Infinity ms, which is no cumulative count" },
        { [10, double.PositiveInfinity], [double.NaN, 4], "the histogram holds NaN up to 10 ms, which is no cumulative count" },
        { [10, double.PositiveInfinity], [4], "the histogram has 2 bounds and 1 counts" },
        { [10, 5, double.PositiveInfinity], [1, 2, 3], "the histogram's bounds do not rise" },
        { [10, 20], [1, 2], "the histogram needs a bound above 0, and a last bucket without one" },
        { [0, double.PositiveInfinity], [1, 2], "the histogram needs a bound above 0, and a last bucket without one" },
        { [], [], "the histogram needs a bound above 0, and a last bucket without one" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Advance_HistogramIsNone_IsNoDataAndHarmsNothing(double[] bounds, double[] cumulative, string words)
    {
        var bench = Bench();
        bench.Round(Stable(Times(Usual, 0)), Candidate(Times(Usual, 0)));
        bench.Round(Stable(Times(Usual, 1)), Candidate(Times(Usual, 1)));
        for (var i = 0; i < 4; i++)
        {
            bench.Round(Stable(Times(Usual, 2)), Candidate(new MetricReading.Buckets(bounds.ToValueList(), cumulative.ToValueList())));
        }

        Assert.Equal((VerdictState.Unknown, $"latency: no data (checkout-c1 of the candidate: {words})"), (bench.Verdict.State, bench.Verdict.Reason));
        bench.Round(Stable(Times(Usual, 3)), Candidate(Times(Usual, 3)));
        Assert.Equal(3000, bench.Metric.Candidate[^1]);
    }

    [Fact]
    public void Advance_DifferenceThatIsNotMonotone_IsRepaired()
    {
        var bench = Bench();
        bench.Round(Stable(Times(Usual, 0)), Candidate(Buckets(100, 200, 300)));

        // both readings rise from bucket to bucket, their difference does not: the buckets were read one after the other
        bench.Round(Stable(Times(Usual, 1)), Candidate(Buckets(150, 249, 349)));

        Assert.Equal([50.0, 50, 50], bench.Metric.Candidate);
    }

    [Fact]
    public void Advance_OnlyTheStableRevisionHasRequests_CountsNothing()
    {
        var bench = Bench();
        bench.Round(Stable(Times(Usual, 0)), Candidate(Times(Usual, 0)));
        bench.Round(Stable(Times(Usual, 1)), Candidate(Times(Usual, 1)));

        bench.Round(Stable(Times(Usual, 2)), Candidate(Times(Usual, 1)));

        Assert.Equal((1000, 1000), (bench.Metric.Stable[^1], bench.Metric.Candidate[^1]));
    }

    [Fact]
    public void Conclude_BeforeAnyHistogram_SaysSo()
    {
        var bench = Bench();
        bench.Round(Stable(Absent), Candidate(Absent));

        Assert.Equal((VerdictState.Unknown, "latency: no data (no pod has a series that matches)"), (bench.Verdict.State, bench.Verdict.Reason));
    }

    private static JudgeBench Bench() => new() { Metrics = [Latency] };

    private static MetricReading Times(double[] thousand, int thousands) => Buckets([.. thousand.Select(value => value * thousands)]);

    private static MetricReading.Buckets WithZero(int i) => new([0, .. Bounds], [3 * i, 900 * i, 990 * i, 1000 * i]);
}
