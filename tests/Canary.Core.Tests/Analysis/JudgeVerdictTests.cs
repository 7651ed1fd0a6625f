using Canary.Core.Analysis;
using Xunit;
using static Canary.Core.Tests.Analysis.JudgeBench;

namespace Canary.Core.Tests.Analysis;

/// <summary>What the evidence amounts to, and the sentences that say it; their numbers were computed apart from the code, by the formulas of docs/analysis.md.</summary>
public sealed class JudgeVerdictTests
{
    [Fact]
    public void Conclude_ManyErrors_FailsWithNumbers()
    {
        var bench = Errors(stable: (2660, 3), candidate: (140, 7));

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
        Assert.Equal(
            "errors 5 % of 140 requests against 0.11 % of 2,660, ratio 44 (95 % interval 5.59 to 715); 176,716 to 1 against \"no more than 10 % worse\"",
            bench.Verdict.Reason);
    }

    [Fact]
    public void Conclude_Numbers_AreThoseOfTheSentence()
    {
        var metric = Errors(stable: (2660, 3), candidate: (140, 7)).Verdict.Metrics[0];

        Assert.Equal((2660, 3, 140, 7), (metric.StableRequests, metric.StableBad, metric.CandidateRequests, metric.CandidateBad));
        Assert.InRange(metric.Ratio!.Value, 44, 45);
        Assert.True(metric.RatioLower < metric.Ratio && metric.Ratio < metric.RatioUpper);
    }

    [Theory]
    [InlineData(0, 0, "errors 0 % of 200 requests against 0 % of 1,000")]
    [InlineData(1, 0, "errors 0 % of 200 requests against 0.1 % of 1,000, ratio 0 (95 % interval 0 to 140)")]
    [InlineData(0, 1, "errors 0.5 % of 200 requests against 0 % of 1,000, ratio unbounded (95 % interval from 0.08)")]
    [InlineData(5, 1, "errors 0.5 % of 200 requests against 0.5 % of 1,000, ratio 1 (95 % interval 0.01 to 13)")]
    public void Conclude_NotYetDecided_IsRunningWithNumbers(double stableErrors, double candidateErrors, string words)
    {
        var bench = Errors((1000, stableErrors), (200, candidateErrors));

        Assert.Equal((VerdictState.Running, words), (bench.Verdict.State, bench.Verdict.Reason));
    }

    [Fact]
    public void Conclude_EqualForLong_PassesWithinTheAcceptanceMargin()
    {
        var bench = Errors((100_000, 1000), (100_000, 1000));

        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
        Assert.Equal("within the acceptance margin: errors 1 % of 100,000 requests against 1 % of 100,000, ratio 1 (95 % interval 0.85 to 1.18)", bench.Verdict.Reason);
    }

    [Fact]
    public void Conclude_AcceptanceDifference_PassesWithoutAnyError()
    {
        var bench = Errors((20_000, 0), (2000, 0), new Margins(AcceptDifference: 0.005));

        Assert.Equal((VerdictState.Pass, "within the acceptance margin: errors 0 % of 2,000 requests against 0 % of 20,000"), (bench.Verdict.State, bench.Verdict.Reason));
    }

    [Fact]
    public void Conclude_AllErrorsOfTheCandidate_CountsUpToAWord()
    {
        var bench = Errors((1000, 0), (1000, 1000));

        Assert.Equal("errors 100 % of 1,000 requests against 0 % of 1,000, ratio unbounded (95 % interval from 37); over 1,000,000 to 1 against \"no more than 10 % worse\"", bench.Verdict.Reason);
    }

    [Fact]
    public void Conclude_MarginWithDifference_IsNamed()
    {
        var bench = Errors((1000, 0), (1000, 1000), new Margins(Ratio: 1.25, Difference: 0.005));

        Assert.EndsWith("against \"no more than 25 % and 0.5 percentage points worse\"", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Conclude_FailedAndThenNoData_StaysFailedWithTheNumbers()
    {
        var bench = Errors((1000, 0), (1000, 1000));
        for (var i = 0; i < 10; i++)
        {
            bench.Round(Failed(ArmName.Stable, "s1"), Failed(ArmName.Candidate, "c1"));
        }

        Assert.Equal(MeasurementState.Error, bench.Verdict.Metrics[0].Measurement);
        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
        Assert.StartsWith("errors 100 % of 1,000 requests", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Conclude_AcceptedAndThenNoData_IsUnknown()
    {
        var bench = Errors((100_000, 1000), (100_000, 1000));
        for (var i = 0; i < 10; i++)
        {
            bench.Round(Failed(ArmName.Stable, "s1"), Failed(ArmName.Candidate, "c1"));
        }

        Assert.True(bench.Verdict.Metrics[0].Accepted);
        Assert.Equal(VerdictState.Unknown, bench.Verdict.State);
    }

    [Fact]
    public void Conclude_RequiredMetricNotAccepted_DoesNotPass()
    {
        var bench = Two(secondRequired: true);

        Assert.True(bench.Verdict.Metrics[0].Accepted);
        Assert.False(bench.Verdict.Metrics[1].Accepted);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Assert.Contains("; second 0 % of 10 requests", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Conclude_OptionalMetricNotAccepted_Passes()
    {
        var bench = Two(secondRequired: false);

        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
        Assert.DoesNotContain("second", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Conclude_OptionalMetricWithoutData_IsNotUnknown()
    {
        var bench = Two(secondRequired: false, second: Absent);

        Assert.Equal(MeasurementState.NoData, bench.Verdict.Metrics[1].Measurement);
        Assert.Equal(VerdictState.Pass, bench.Verdict.State);
    }

    [Fact]
    public void Conclude_RequiredMetricWithoutData_IsUnknownThoughTheOtherIsAccepted()
    {
        var bench = Two(secondRequired: true, second: Absent);

        Assert.Equal((VerdictState.Unknown, "second: no data (no pod has a series that matches)"), (bench.Verdict.State, bench.Verdict.Reason));
    }

    [Fact]
    public void Conclude_OnlyOptionalMetrics_NeverPasses()
    {
        var bench = Errors((100_000, 1000), (100_000, 1000));
        bench.Metrics = [JudgeBench.Errors with { Required = false }];

        Assert.Equal(VerdictState.Running, bench.Verdict.State);
    }

    [Fact]
    public void Conclude_OptionalMetricFails_Fails()
    {
        var bench = Two(secondRequired: false, second: Counts(1000, 900));

        Assert.Equal(VerdictState.Fail, bench.Verdict.State);
        Assert.StartsWith("second 90 % of 1,000 requests", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Conclude_TwoMetricsFail_NamesTheOneThatWeighsMore()
    {
        var bench = Two(secondRequired: true, second: Counts(1000, 900));
        bench.Metrics = [bench.Metrics[0] with { Share = 0.999 }, bench.Metrics[1] with { Share = 0.001 }];
        bench.Round(Pod(ArmName.Stable, "s1", "0", Counts(101_000, 1000), Counts(1000)), Pod(ArmName.Candidate, "c1", "0", Counts(101_000, 2000), Counts(1000, 900)));

        Assert.InRange(bench.Verdict.Metrics[1].LogEvidence - bench.Verdict.Metrics[0].LogEvidence, 0.001, 6000);
        Assert.StartsWith("second 90 %", bench.Verdict.Reason, StringComparison.Ordinal);

        bench.Metrics = [bench.Metrics[0] with { Share = 1 }, bench.Metrics[1] with { Share = 1e-300 }];
        Assert.StartsWith("errors 2 %", bench.Verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(40, 40)]
    public void Conclude_Shares_AreRelative(double first, double second)
    {
        var bench = Two(secondRequired: true, second: Counts(1000, 900));
        var even = bench.Verdict.LogEvidence;
        bench.Metrics = [bench.Metrics[0] with { Share = first }, bench.Metrics[1] with { Share = second }];

        Assert.Equal(even, bench.Verdict.LogEvidence, 1e-9);
        Assert.Equal(Math.Log((Math.Exp(bench.Verdict.Metrics[0].LogEvidence - bench.Verdict.Metrics[1].LogEvidence) + 1) / 2) + bench.Verdict.Metrics[1].LogEvidence, even, 1e-9);
    }

    [Fact]
    public void Conclude_SmallShare_NeedsMoreEvidence()
    {
        var bench = Errors((2660, 3), (140, 7));
        Assert.Equal(Math.Log(100), bench.Verdict.LogThreshold, 1e-12);
        var alone = bench.Verdict.LogEvidence;
        bench.Metrics = [bench.Metrics[0] with { Share = 0.0001 }, JudgeBench.Errors with { Name = "other", Share = 0.9999 }];
        bench.State = bench.State with { Metrics = [bench.State.Metrics[0], new MetricState { Name = "other", Last = MeasurementState.Value }] };

        Assert.Equal(VerdictState.Running, bench.Verdict.State);
        Assert.Equal(Math.Log(0.0001 * Math.Exp(alone) + 0.9999), bench.Verdict.LogEvidence, 1e-9);
    }

    [Fact]
    public void Conclude_MetricsOfAnotherNumberThanTheState_IsRunning()
    {
        var bench = Errors((2660, 3), (140, 7));
        bench.Metrics = [JudgeBench.Errors, Latency];

        Assert.Same(Verdict.None, bench.Verdict);
    }

    [Theory]
    [InlineData(100_000, 3, "0.003 %")]
    [InlineData(100_000, 80, "0.08 %")]
    [InlineData(1000, 1, "0.1 %")]
    [InlineData(1000, 137, "13.7 %")]
    [InlineData(3, 1, "33.3 %")]
    [InlineData(10_000_000, 1, "under 0.0001 %")]
    [InlineData(10, 10, "100 %")]
    public void Conclude_Rates_AreWrittenForPeople(double requests, double errors, string words) =>
        Assert.StartsWith($"errors {words} of ", Errors((1000, 500), (requests, errors)).Verdict.Metrics[0].Sentence, StringComparison.Ordinal);

    [Fact]
    public void Conclude_AcceptedBeforeFullWeight_StaysAcceptedUnlessTheEvidenceTurned()
    {
        var bench = Errors((60_000, 600), (60_000, 600));
        bench.Spec = bench.Spec with { FalseRollback = 1e-12 };
        Assert.Equal(VerdictState.Pass, bench.Verdict.State);

        // 180 errors more than usual bring the evidence back below the threshold, though it still speaks for the candidate
        bench.Round(Stable(Counts(61_000, 610)), Candidate(Counts(61_000, 790)));
        Assert.InRange(bench.Verdict.Metrics[0].LogAcceptance, 0, Math.Log(20));
        Assert.Equal(VerdictState.Running, bench.Verdict.State);

        bench.Exposure = bench.Exposure with { Weight = Canary.Core.Traffic.Weight.Full };
        bench.Round(Stable(Counts(61_000, 610)), Candidate(Counts(62_000, 800)));
        Assert.Equal(VerdictState.Pass, bench.Verdict.State);

        bench.Round(Stable(Counts(62_000, 611)), Candidate(Counts(63_000, 870)));
        Assert.True(bench.Verdict.Metrics[0].LogAcceptance < 0);
        Assert.Equal(VerdictState.Running, bench.Verdict.State);
    }

    private static JudgeBench Errors((double Requests, double Errors) stable, (double Requests, double Errors) candidate, Margins? margins = null)
    {
        var bench = new JudgeBench { Metrics = [JudgeBench.Errors with { Margins = margins ?? new Margins() }] };
        bench.Round(Stable(Counts(0)), Candidate(Counts(0)));
        bench.Round(Stable(Counts(stable.Requests, stable.Errors)), Candidate(Counts(candidate.Requests, candidate.Errors)));
        return bench;
    }

    /// <summary>A first metric that is accepted, and a second one with ten requests or what is given.</summary>
    private static JudgeBench Two(bool secondRequired, MetricReading? second = null)
    {
        var bench = new JudgeBench { Metrics = [JudgeBench.Errors with { Share = 1 }, JudgeBench.Errors with { Name = "second", Share = 1, Required = secondRequired }] };
        var silent = second is MetricReading.Absent ? second : null;
        bench.Round(Pod(ArmName.Stable, "s1", "0", Counts(0), silent ?? Counts(0)), Pod(ArmName.Candidate, "c1", "0", Counts(0), silent ?? Counts(0)));
        bench.Round(Pod(ArmName.Stable, "s1", "0", Counts(100_000, 1000), silent ?? Counts(1000)), Pod(ArmName.Candidate, "c1", "0", Counts(100_000, 1000), second ?? Counts(10)));
        return bench;
    }
}
