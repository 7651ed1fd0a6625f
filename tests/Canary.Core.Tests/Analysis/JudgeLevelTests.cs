using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>Levels and series: gauges that warn, limits, ranks and Kayenta's score.</summary>
public sealed class JudgeLevelTests
{
    private static readonly SeriesSelector Selector = new("level", []);

    [Fact]
    public void Gauge_WithoutHistory_WarnsAndHoldsButNeverRollsBack()
    {
        var bench = Bench(Gauge(rollsBack: true));

        Feed(bench, 700, (stable, round) => (stable, stable * 1.5), noise: 0.01);

        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Assert.Equal(0, bench.Verdict.LogEvidence);
        Assert.StartsWith("cpu is 1.5 times the stable level (", bench.Verdict.Metrics[0].Warning, StringComparison.Ordinal);
        Assert.False(bench.Verdict.Metrics[0].Accepted);
        Assert.Contains("cannot roll back", Assert.Single(bench.Verdict.Metrics[0].Assumptions), StringComparison.Ordinal);
    }

    [Fact]
    public void Gauge_WithAnHourOfHistory_RollsBackWhenAskedTo()
    {
        var learned = Learned(readings: 721);
        var bench = Bench(Gauge(rollsBack: true) with { Known = learned });

        Feed(bench, 30, (stable, round) => (stable, stable * 1.5), noise: 0.01);

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
        Assert.StartsWith("cpu is 1.5 times the stable level", bench.Verdict.Reason, StringComparison.Ordinal);
        Assert.EndsWith("against \"at most 10 % more\"", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(719, 0)]
    [InlineData(721, 1)]
    public void Gauge_History_CountsFromAnHourOn(int readings, int decides)
    {
        var bench = Bench(Gauge(rollsBack: true) with { Known = Learned(readings) });

        Feed(bench, 30, (stable, round) => (stable, stable * 1.5), noise: 0.01);

        Assert.Equal(decides == 1 ? VerdictState.Fail : VerdictState.Pass, bench.Verdict.State);
    }

    [Fact]
    public void Gauge_EqualLevels_IsAcceptedWithoutWarning()
    {
        var bench = Bench(Gauge(rollsBack: false));

        Feed(bench, 700, (stable, round) => (stable, stable), noise: 0.02);

        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
        Assert.Null(bench.Verdict.Metrics[0].Warning);
        Assert.InRange(bench.Verdict.Metrics[0].Ratio!.Value, 0.99, 1.01);
    }

    [Fact]
    public void Gauge_UnderFullWeight_ComparesNothing()
    {
        var bench = Bench(Gauge(rollsBack: false));
        Feed(bench, 10, (stable, round) => (stable, stable), noise: 0);
        var before = bench.Metric.Tests;
        bench.Exposure = bench.Exposure with { Weight = Weight.Full };

        Feed(bench, 10, (stable, round) => (stable, stable * 9), noise: 0);

        Assert.Equal(before, bench.Metric.Tests);
        Assert.Equal(MeasurementState.Value, bench.Metric.Last);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Gauge_NoNumber_IsNoDataAndNeverEvidence(double value)
    {
        var bench = Bench(Gauge(rollsBack: false));

        Feed(bench, 10, (_, _) => (1, value), noise: 0);

        Assert.Equal(VerdictState.Unknown, bench.Verdict.State);
        Assert.Contains("which is no number to judge by", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Threshold_ThreeInARowAfterFive_Fails()
    {
        var bench = Bench(Series(new SeriesRule.Threshold { Above = 10 }));
        double[] levels = [11, 9, 9, 11, 11, 11];

        Feed(bench, 5, (_, round) => (0, levels[round]), noise: 0);
        Assert.NotEqual(VerdictState.Fail, bench.Verdict.State);
        Feed(bench, 1, (_, _) => (0, levels[5]), noise: 0);

        Assert.Equal((VerdictState.Fail, "queue is 11, 3 readings in a row beyond the limit of at most 10"), (bench.Verdict.State, bench.Verdict.Reason));
    }

    [Fact]
    public void Threshold_BadFromTheStart_WaitsForTheSamples()
    {
        var bench = Bench(Series(new SeriesRule.Threshold { Below = 1, Samples = 5, Failures = 1 }));

        Feed(bench, 4, (_, _) => (0, 0.5), noise: 0);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Feed(bench, 1, (_, _) => (0, 0.5), noise: 0);

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
    }

    [Fact]
    public void Threshold_WithinTheLimits_PassesAfterTheSamples()
    {
        var bench = Bench(Series(new SeriesRule.Threshold { Above = 10, Below = 1 }));

        Feed(bench, 4, (_, _) => (0, 5), noise: 0);
        Assert.Equal((VerdictState.Running, "queue is 5, wanted between 1 and 10; 4 of 5 readings"), (bench.Verdict.State, bench.Verdict.Reason));
        Feed(bench, 1, (_, _) => (0, 5), noise: 0);

        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
    }

    [Fact]
    public void MannWhitney_ShiftBeyondTheMargin_FailsAtTheFirstLookAndNotBefore()
    {
        var bench = Bench(Series(new SeriesRule.MannWhitney { At = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10)], Step = TimeSpan.FromSeconds(10) }));

        Feed(bench, 60, (stable, _) => (stable, stable * 2), noise: 0.1);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Feed(bench, 2, (stable, _) => (stable, stable * 2), noise: 0.1);

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
        Assert.Matches("^queue is shifted by [0-9.]+ \\(at least [0-9.]+\\) after 1 of 2 looks; 100 to 1 against \"shifted by no more than 25 % of the stable median\"$", bench.Verdict.Reason);
    }

    [Fact]
    public void MannWhitney_NoShift_PassesAfterTheLastLook()
    {
        var bench = Bench(Series(new SeriesRule.MannWhitney { At = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10)], Step = TimeSpan.FromSeconds(10) }));

        Feed(bench, 100, (stable, _) => (stable, stable), noise: 0.1);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Feed(bench, 30, (stable, _) => (stable, stable), noise: 0.1);

        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
        Assert.True(double.IsFinite(bench.Verdict.LogEvidence));
    }

    [Fact]
    public void MannWhitney_FullWeightBeforeTheLastLook_PassesByTheLooksThereWere()
    {
        var bench = Bench(Series(new SeriesRule.MannWhitney { At = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(60)], Step = TimeSpan.FromSeconds(10) }));
        Feed(bench, 100, (stable, _) => (stable, stable), noise: 0.1);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        bench.Exposure = bench.Exposure with { Weight = Weight.Full };

        Feed(bench, 2, (stable, _) => (stable, stable), noise: 0.1);

        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
    }

    public static TheoryData<SeriesRule> Rules { get; } = new()
    {
        { new SeriesRule.Threshold { Above = 10, Samples = 50 } },
        { new SeriesRule.Threshold { Above = 10 } },
        { new SeriesRule.MannWhitney { At = [TimeSpan.FromMinutes(5)] } },
        { new SeriesRule.Kayenta { At = [TimeSpan.FromMinutes(5)] } },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Conclude_NothingToRead_IsUnknownAndSaysWhy(SeriesRule rule)
    {
        MetricSpec metric = rule is SeriesRule.Threshold { Samples: 50 } ? Gauge(false) : Series(rule);
        var (absent, failing) = (Bench(metric), Bench(metric));
        for (var i = 0; i < 5; i++)
        {
            absent.Round(Stable(new MetricReading.Level(1)), Candidate(Absent));
            failing.Round(Stable(new MetricReading.Level(1)), Failed(ArmName.Candidate, "c1"));
        }

        Assert.Equal((VerdictState.Unknown, MeasurementState.NoData), (absent.Verdict.State, absent.Metric.Last));
        Assert.EndsWith("no data (no pod of the candidate has a series that matches)", absent.Verdict.Reason, StringComparison.Ordinal);
        Assert.Equal((VerdictState.Unknown, MeasurementState.Error), (failing.Verdict.State, failing.Metric.Last));
        Assert.EndsWith("the source failed (no pod of the candidate could be read: checkout-c1: connection refused)", failing.Verdict.Reason, StringComparison.Ordinal);
        Assert.Empty(absent.Metric.Blocks);
    }

    [Fact]
    public void Advance_PodsWarmUp_IsAValueThatSaysSo()
    {
        var bench = Bench(Gauge(false));
        bench.Spec = bench.Spec with { WarmUp = TimeSpan.FromHours(2) };

        Feed(bench, 10, (stable, _) => (stable, stable), noise: 0);

        Assert.Equal((MeasurementState.Value, "the pods of the candidate warm up"), (bench.Metric.Last, bench.Metric.LastReason));
    }

    [Theory]
    [InlineData(1, VerdictState.Pass, "^within the acceptance margin: queue is classified as Pass, 1 times the stable mean, after 1 of 1 looks; score 100 of 100 \\(Pass\\)$")]
    [InlineData(2, VerdictState.Fail, "^queue is classified as High, (2|2.01|1.99) times the stable mean, after 1 of 1 looks; score 0 of 100 \\(Fail\\)$")]
    public void Kayenta_Shift_DecidesAtTheLastLook(double factor, VerdictState expected, string words)
    {
        var bench = Bench(Series(new SeriesRule.Kayenta { At = [TimeSpan.FromMinutes(10)], Step = TimeSpan.FromSeconds(10) }));

        Feed(bench, 118, (stable, _) => (stable, stable * factor), noise: 0.1);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Feed(bench, 5, (stable, _) => (stable, stable * factor), noise: 0.1);

        Assert.Equal(expected, bench.Verdict.State);
        Assert.Matches(words, bench.Verdict.Reason);
    }

    [Fact]
    public void Kayenta_TwoMetrics_AreScoredTogether()
    {
        var rule = new SeriesRule.Kayenta { At = [TimeSpan.FromMinutes(10)], Step = TimeSpan.FromSeconds(10), Pass = 95, Marginal = 40 };
        var bench = new JudgeBench { Metrics = [Series(rule), Series(rule) with { Name = "other" }] };
        var random = new SplitMixRandom(3);
        for (var round = 0; round < 130; round++)
        {
            double stable = 10 + random.NextDouble(), candidate = 10 + random.NextDouble();
            bench.Round(
                Pod(ArmName.Stable, "s1", "0", new MetricReading.Level(stable), new MetricReading.Level(stable)),
                Pod(ArmName.Candidate, "c1", "0", new MetricReading.Level(candidate), new MetricReading.Level(3 * candidate)));
        }

        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Assert.EndsWith("score 50 of 100 (Marginal)", bench.Verdict.Metrics[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Advance_StateStoredAndReadAgainAtEachRound_IsTheSameToTheBit()
    {
        var metrics = new MetricSpec[]
        {
            Gauge(true), Series(new SeriesRule.Threshold { Above = 10 }), Series(new SeriesRule.MannWhitney { At = [TimeSpan.FromMinutes(1)], Step = TimeSpan.FromSeconds(10) }) with { Name = "ranks" },
            Series(new SeriesRule.Kayenta { At = [TimeSpan.FromMinutes(1)] }) with { Name = "kayenta" },
        }.ToValueList();
        var (one, other) = (new JudgeBench { Metrics = metrics }, new JudgeBench { Metrics = metrics });
        var random = new SplitMixRandom(11);
        for (var round = 0; round < 40; round++)
        {
            var levels = Enumerable.Range(0, 3).Select(_ => (MetricReading)new MetricReading.Level(1 + random.NextDouble())).ToArray();
            foreach (var bench in new[] { one, other })
            {
                bench.Round(
                    Pod(ArmName.Stable, "s1", "0", levels[0], levels[0], levels[0], levels[0]),
                    Pod(ArmName.Stable, "s2", "0", levels[1], levels[1], levels[1], levels[1]),
                    Pod(ArmName.Candidate, "c1", "0", levels[2], levels[2], levels[2], levels[2]));
            }

            other.State = other.State with { Metrics = other.State.Metrics.Select(metric => metric with { Tests = metric.Tests.Select(test => new TestNumbers(test.Test, test.Values.ToArray().ToValueList())).ToValueList() }).ToValueList() };
            Assert.Equal(one.State, other.State);
            Assert.Equal(one.Verdict, other.Verdict);
        }
    }

    private static MetricSpec.Gauge Gauge(bool rollsBack) => new() { Name = "cpu", Scrape = TestSpecs.Scrape, Selectors = [Selector], RollsBack = rollsBack };

    private static MetricSpec.Series Series(SeriesRule rule) => new() { Name = "queue", Scrape = TestSpecs.Scrape, Selectors = [Selector], Rule = rule };

    private static JudgeBench Bench(MetricSpec metric) => new() { Metrics = [metric] };

    /// <summary>What two stable pods that differ by noise tell in so many rounds before an exposure.</summary>
    private static ValueList<double> Learned(int readings)
    {
        var bench = Bench(Gauge(true));
        bench.Exposure = Exposure.None;
        var random = new SplitMixRandom(5);
        for (var i = 0; i < readings; i++)
        {
            bench.Round(Stable(new MetricReading.Level(10 + 0.1 * random.NextDouble()), "s1"), Stable(new MetricReading.Level(10 + 0.1 * random.NextDouble()), "s2"));
        }

        return bench.Verdict.Metrics[0].Learned;
    }

    private static void Feed(JudgeBench bench, int rounds, Func<double, int, (double Stable, double Candidate)> levels, double noise)
    {
        var random = new SplitMixRandom(1 + bench.State.Metrics.Count);
        for (var round = 0; round < rounds; round++)
        {
            var (stable, candidate) = levels(10, round);
            bench.Round(
                Stable(new MetricReading.Level(stable * (1 + noise * (random.NextDouble() - 0.5)))),
                Candidate(new MetricReading.Level(candidate * (1 + noise * (random.NextDouble() - 0.5)))));
        }
    }
}
