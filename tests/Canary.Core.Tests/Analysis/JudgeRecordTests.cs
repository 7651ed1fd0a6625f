using Canary.Core.Analysis;
using Canary.Core.Traffic;
using CsCheck;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>What is kept of the readings, what is settled by them, and what is learned for the next rollout.</summary>
public sealed class JudgeRecordTests
{
    [Fact]
    public void Blocks_LongRollout_AreFewAndAddUpToAllThatWasCounted()
    {
        var bench = new JudgeBench();
        for (var i = 0; i < 300; i++)
        {
            bench.Exposure = bench.Exposure with { Weight = new Weight(i < 100 ? 5 : 50) };
            bench.Round(Stable(Counts(90 * i, i)), Candidate(Counts(10 * i)));
        }

        var blocks = bench.Metric.Blocks;
        Assert.Equal(BlockRecord.Most, blocks.Count);
        Assert.Equal((90.0 * 299, 299), (blocks.Sum(block => block.Stable[0]), blocks.Sum(block => block.Stable[1])));
        Assert.Equal((10.0 * 299, 5.0 * 299), (blocks.Sum(block => block.Candidate[0]), blocks.Sum(block => block.Seconds)));
        Assert.Equal(99 * 90, blocks.Where(block => block.Weight == new Weight(5)).Sum(block => block.Stable[0]));
        Assert.Equal(5, blocks[^1].Seconds);
        Assert.Equal(blocks.Select(block => block.At).Order(), blocks.Select(block => block.At));
    }

    [Fact]
    public void Blocks_BeforeTheExposure_AreOne()
    {
        var bench = new JudgeBench { Exposure = Exposure.None };
        for (var i = 0; i < 40; i++)
        {
            bench.Round(Stable(Counts(10 * i, i)));
        }

        var block = Assert.Single(bench.Metric.Blocks);
        Assert.Equal((false, 195.0), (block.Exposed, block.Seconds));
        Assert.Equal([390, 39], block.Stable);
        Assert.Equal(2, bench.Verdict.Metrics[0].StableRate);
        Assert.Equal((390, 39), (bench.Verdict.Metrics[0].StableRequests, bench.Verdict.Metrics[0].StableBad));
    }

    [Fact]
    public void Blocks_AnyStory_AddUpAndKeepTheirOrder() =>
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 5], Gen.Int[1, 4], Gen.Bool).Array[1, 120].Sample(story =>
        {
            var blocks = ValueList.Create<BlockRecord>([]);
            var at = Noon;
            foreach (var (requests, errors, weight, exposed) in story)
            {
                at = at.AddSeconds(5);
                blocks = Canary.Core.Analysis.Blocks.Add(blocks, new BlockRecord(at, 5, new Weight(10 * weight), exposed, [requests, errors], [errors, 0]));
                Assert.InRange(blocks.Count, 1, BlockRecord.Most);
            }

            // only what cannot be merged at all is dropped, and then the oldest
            if (blocks.Sum(block => block.Seconds) == 5 * story.Length)
            {
                Assert.Equal(story.Sum(entry => (double)entry.Item1), blocks.Sum(block => block.Stable[0]));
            }

            Assert.Equal(blocks.Select(block => block.At).Order(), blocks.Select(block => block.At));
        });

    [Fact]
    public void Terms_ManyBadBeforeTheExposure_AreJudgedByTheBinomialTestFromThenOn()
    {
        var bench = Learned(requests: 1000, bad: 300);

        bench.Round(Stable(Counts(11_000, 3300)), Candidate(Counts(1000, 300)));
        bench.Round(Stable(Counts(12_000, 3600)), Candidate(Counts(2000, 800)));

        Assert.True(bench.Metric.Terms!.Projected);
        Assert.True(bench.Verdict.LogEvidence > 3);
        Assert.Equal(VerdictState.Fail, Rounds(bench, 3, 0.5).State);
    }

    [Theory]
    [InlineData(1000, 90)]
    [InlineData(19, 10)]
    public void Terms_FewBadOrFewRequests_StayWithTheCountTest(double requests, double bad) =>
        Assert.False(Learned(requests, bad).Metric.Terms!.Projected);

    [Fact]
    public void Terms_MuchBadAfterTheExposure_DoNotChange()
    {
        var bench = Learned(requests: 1000, bad: 10);

        Rounds(bench, 20, 0.5);

        Assert.False(bench.Metric.Terms!.Projected);
    }

    [Fact]
    public void Terms_ClusteredStablePods_TemperTheNextRollout()
    {
        var clustered = Peers(clusters: 5);
        var independent = Peers(clusters: 1);

        var tempered = Begun(JudgeBench.Errors with { Known = clustered });
        var plain = Begun(JudgeBench.Errors with { Known = independent });
        var unknown = Begun(JudgeBench.Errors);

        Assert.Equal((DispersionBasis.Measured, DispersionBasis.Measured, DispersionBasis.Assumed), (tempered.Basis, plain.Basis, unknown.Basis));
        Assert.InRange(tempered.Dispersion, 5, 12);
        Assert.Equal((1, 1), (plain.Dispersion, unknown.Dispersion));
    }

    [Theory]
    [InlineData(null, 0, 1, DispersionBasis.Assumed)]
    [InlineData(null, 2, 3, DispersionBasis.Retries)]
    [InlineData(2.5, 1, 2.5, DispersionBasis.Given)]
    [InlineData(2.0, 3, 4, DispersionBasis.Retries)]
    public void Terms_WhatIsWritten_HoldsUnlessRetriesAreMore(double? written, int retries, double dispersion, DispersionBasis basis)
    {
        var terms = Begun(JudgeBench.Errors with { Clustering = new Clustering(written, retries) });

        Assert.Equal((dispersion, basis), (terms.Dispersion, terms.Basis));
    }

    [Fact]
    public void Evidence_WithDispersion_IsDividedByIt()
    {
        var (one, three) = (new JudgeBench(), new JudgeBench { Metrics = [JudgeBench.Errors with { Clustering = new Clustering(3) }] });
        foreach (var bench in new[] { one, three })
        {
            bench.Round(Stable(Counts(0)), Candidate(Counts(0)));
            bench.Round(Stable(Counts(1000, 10)), Candidate(Counts(1000, 40)));
        }

        Assert.True(three.Verdict.LogEvidence < one.Verdict.LogEvidence / 2);
        Assert.Equal(3, three.Verdict.Metrics[0].Dispersion);
        Assert.True(three.Verdict.Metrics[0].RatioUpper > one.Verdict.Metrics[0].RatioUpper);
    }

    [Fact]
    public void Evidence_OneBurstOfErrors_NeedsTheSecondKey()
    {
        var (plain, robust) = (new JudgeBench(), new JudgeBench { Metrics = [JudgeBench.Errors with { Clustering = new Clustering(Robust: true) }] });
        foreach (var bench in new[] { plain, robust })
        {
            for (var i = 0; i < 30; i++)
            {
                bench.Round(Stable(Counts(1000 * i, i)), Candidate(Counts(1000 * i, i + (i > 20 ? 60 : 0))));
            }
        }

        Assert.Equal((VerdictState.Fail, VerdictState.Running), (plain.Verdict.State, robust.Verdict.State));
    }

    [Fact]
    public void Evidence_LastingRegressionWithTheSecondKey_IsStillFound()
    {
        var bench = new JudgeBench { Metrics = [JudgeBench.Errors with { Clustering = new Clustering(Robust: true) }] };
        for (var i = 0; i < 60; i++)
        {
            bench.Round(Stable(Counts(1000 * i, 2 * i)), Candidate(Counts(1000 * i, 20 * i)));
        }

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
    }

    [Fact]
    public void Latency_Robust_NeedsBothKeysAtItsBounds()
    {
        var benches = new[] { false, true }.Select(robust => new JudgeBench { Metrics = [Latency with { Clustering = new Clustering(Robust: robust) }] }).ToArray();
        foreach (var bench in benches)
        {
            for (var i = 0; i < 30; i++)
            {
                var burst = i > 20 ? 300 : 0;
                bench.Round(Stable(Buckets(900 * i, 990 * i, 1000 * i)), Candidate(Buckets(900 * i - burst, 990 * i - burst, 1000 * i)));
            }
        }

        Assert.Equal(VerdictState.Fail, benches[0].Verdict.State);
        Assert.NotEqual(VerdictState.Fail, benches[1].Verdict.State);
    }

    [Fact]
    public void Conclude_Numbers_SayWhatTheStepCanSee()
    {
        var bench = new JudgeBench();
        bench.Exposure = bench.Exposure with { StepEndsAt = Noon.AddMinutes(10) };
        for (var i = 0; i < 20; i++)
        {
            bench.Round(Stable(Counts(500 * i, 5 * i)), Candidate(Counts(500 * i, 5 * i)));
        }

        var metric = bench.Verdict.Metrics[0];
        Assert.Equal((100, 100), (metric.StableRate, metric.CandidateRate));
        Assert.InRange(metric.SmallestVisibleRatio!.Value, 1.15, 2);
        Assert.InRange(metric.SecondsToDecide!.Value, 1, 600);
        Assert.Equal(0, metric.DifferencePercentPoints!.Value, 1e-9);
        Assert.Matches("^it would have shown errors 1\\.[0-9]+ times the stable ratio or more$", bench.Verdict.Power);
        Assert.Matches("^[0-9]+ to 1 against \"no more than 10 % worse\"$", metric.Evidence);
    }

    [Fact]
    public void Conclude_IntervalWithinTheBound_SaysSoBeforeTheEvidenceAccepts()
    {
        var bench = new JudgeBench { Spec = new AnalysisSpec { WarmUp = TimeSpan.Zero, MissedRegression = 1e-30 } };
        bench.Round(Stable(Counts(0)), Candidate(Counts(0)));
        bench.Round(Stable(Counts(100_000, 1000)), Candidate(Counts(100_000, 1000)));

        Assert.Equal((VerdictState.Running, true), (bench.Verdict.State, bench.Verdict.WithinBounds));
    }

    [Fact]
    public void Conclude_TwoMetricsWorse_NamesBothByClosedTesting()
    {
        var bench = new JudgeBench { Metrics = [Errors with { Share = 0.5 }, Errors with { Name = "other", Share = 0.5 }] };
        bench.Round(Pod(ArmName.Stable, "s1", "0", Counts(0), Counts(0)), Pod(ArmName.Candidate, "c1", "0", Counts(0), Counts(0)));

        bench.Round(Pod(ArmName.Stable, "s1", "0", Counts(1000, 10), Counts(1000, 10)), Pod(ArmName.Candidate, "c1", "0", Counts(1000, 80), Counts(1000, 90)));

        Assert.Matches("^other 9 % of .+; errors 8 % of .+ to 1 against", bench.Verdict.Reason);
    }

    private static Verdict Rounds(JudgeBench bench, int rounds, double bad)
    {
        for (var i = 0; i < rounds; i++)
        {
            var pods = bench.Metric.Pods;
            var stable = pods.First(pod => pod.Arm == ArmName.Stable).Values;
            var candidate = pods.First(pod => pod.Arm == ArmName.Candidate).Values;
            bench.Round(Stable(Counts(stable[0] + 1000, stable[1] + 300)), Candidate(Counts(candidate[0] + 1000, candidate[1] + 1000 * bad)));
        }

        return bench.Verdict;
    }

    /// <summary>Ten blocks before the exposure, then the first round of it.</summary>
    private static JudgeBench Learned(double requests, double bad)
    {
        var bench = new JudgeBench { Exposure = Exposure.None };
        for (var i = 0; i <= 10; i++)
        {
            bench.Round(Stable(Counts(requests * i, bad * i)));
        }

        bench.Exposure = new Exposure(bench.Now, new Weight(50), null);
        bench.Round(Stable(Counts(requests * 10, bad * 10)), Candidate(Counts(0)));
        return bench;
    }

    private static MetricTerms Begun(MetricSpec metric)
    {
        var bench = new JudgeBench { Metrics = [metric] };
        bench.Round(Stable(Counts(0)), Candidate(Counts(0)));
        return bench.Metric.Terms!; // the exposure has begun
    }

    /// <summary>Forty minutes of four stable pods whose errors come in clusters, each of which hits one pod.</summary>
    private static ValueList<double> Peers(int clusters)
    {
        var bench = new JudgeBench { Exposure = Exposure.None };
        var random = new Random(clusters);
        var errors = new double[4];
        for (var i = 0; i < 480; i++)
        {
            for (var event_ = 0; event_ < 3; event_++)
            {
                errors[random.Next(4)] += clusters;
            }

            bench.Round([.. errors.Select((count, pod) => Stable(Counts(1000 * i + 1000, count), $"pod-{pod}"))]);
        }

        return bench.Verdict.Metrics[0].Learned;
    }
}
