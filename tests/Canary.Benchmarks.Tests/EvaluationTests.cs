using Canary.Benchmarks.Evaluation;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Verdicts;

namespace Canary.Benchmarks.Tests;

/// <summary>The small size of the evaluation: that the program works, and that its figures lie where many replicates put them.</summary>
[Collection(SmallEvaluation.Collection)]
public sealed class EvaluationTests(SmallEvaluation small)
{
    [Fact]
    public void Simulate_SmallSize_BearsOutWhatMustHold() =>
        Assert.All(Checks.Of(small.Rows, EvaluationSize.Small), check => Assert.True(check.Holds ?? check.Found.Length > 0, check.ToString()));

    [Fact]
    public void Simulate_SmallSize_HasARowForEachScenarioAndMethodOnce() =>
        Assert.Equal(small.Rows.Count, small.Rows.DistinctBy(row => (row.Table, row.Scenario, row.Method)).Count());

    [Fact]
    public void Simulate_HarmlessCandidates_OursIsRarelyWrongAndOthersOften()
    {
        Assert.InRange(FalseRollbacks("ours"), 0, 0.01);
        Assert.InRange(FalseRollbacks("z every 60 s, 5 %"), 0.2, 0.4); // 30 % in the reference
        Assert.InRange(FalseRollbacks("Flagger-like, 1"), 0.5, 0.75); // 62 %
        Assert.InRange(FalseRollbacks("Flagger-like, 10"), 0.25, 0.5); // 38 %
        Assert.InRange(FalseRollbacks("Argo-like, 0"), 0.5, 0.75);
    }

    [Fact]
    public void Simulate_ErrorsDoubled_AreSeenAsSoonAsInTheReference()
    {
        var row = Assert.Single(small.Rows, row => row is { Table: "T2", Scenario: "1%→2%, 1000 rps, w 1%", Method: "ours" });

        Assert.Equal(119, row.LowerBoundSeconds ?? 0, 0.5);
        Assert.InRange(row.MedianDelaySeconds ?? 0, 100, 260); // 150 s
        Assert.Equal(1, row.DetectedShare);
        Assert.InRange(row.BadRequests, 0.01 * 10 * 90, 0.01 * 10 * 300); // a percent of ten requests a second until then
    }

    [Fact]
    public void Simulate_InOtherOrder_GivesTheSameRows()
    {
        Part part = new("T1", "", size => Parts.All[0].Scenarios(size).Take(4));
        var replicates = new EvaluationSize("tiny", 0.01);
        var (forwards, backwards) = (part.Scenarios(replicates).ToArray(), part.Scenarios(replicates).ToArray());

        foreach (var scenario in forwards)
        {
            for (var replicate = 0; replicate < scenario.Replicates; replicate++)
            {
                scenario.Run(3, replicate);
            }
        }

        foreach (var scenario in backwards.Reverse())
        {
            Parallel.For(0, scenario.Replicates, replicate => scenario.Run(3, scenario.Replicates - 1 - replicate));
        }

        Assert.Equal(forwards.SelectMany(scenario => scenario.Rows(3)), backwards.SelectMany(scenario => scenario.Rows(3)));
    }

    private double FalseRollbacks(string method) => small.Rows.Where(row => row.Table == "T1" && row.Method == method).Average(row => row.FalseRollback ?? 1);
}
