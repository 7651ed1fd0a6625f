using Canary.Benchmarks.Evaluation;
using Canary.Benchmarks.Evaluation.Verdicts;

namespace Canary.Benchmarks.Tests;

/// <summary>What is written of the evaluation.</summary>
[Collection(SmallEvaluation.Collection)]
public sealed class EvaluationReportTests(SmallEvaluation small)
{
    [Fact]
    public void Write_SmallSize_HasEveryTableAndNoHole()
    {
        var report = new EvaluationReport(small.Rows, Checks.Of(small.Rows, EvaluationSize.Small), 1).Write();

        Assert.All(Parts.All.Where(part => part.Name[0] == 'T'), part => Assert.Contains(part.Name, report, StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", report, StringComparison.Ordinal);
        Assert.DoesNotContain("not simulated", report, StringComparison.Ordinal);
        Assert.InRange(report.Split('\n').Length, 100, 300);
    }
}
