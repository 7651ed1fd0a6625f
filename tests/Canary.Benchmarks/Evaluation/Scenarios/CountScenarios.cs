using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T1 and T2: error counts at a constant weight.</summary>
internal static class CountScenarios
{
    private const int NullReplicates = 4000;
    private const int Replicates = 1000;

    private static IReadOnlyList<double> Nulls { get; } = [0.001, 0.005, 0.01];

    private static IReadOnlyList<(double Baseline, double Candidate)> Regressions { get; } = [(0.001, 0.002), (0.01, 0.015), (0.01, 0.02), (0.005, 0.05)];

    private static IReadOnlyList<Method<CountBlock>> Methods(EvaluationSize size) => [CountMethods.Ours, CountMethods.OursWithSteps, CountMethods.OursByMinute, .. CountMethods.Others(size)];

    public static IEnumerable<IScenario> T1(EvaluationSize size) =>
        from ratio in Nulls
        from cell in Grid.Cells
        select new Scenario<CountBlock>
        {
            Table = "T1",
            Name = $"{Grid.Percent(ratio)}, {Grid.Name(cell.Rate, cell.Weight)}",
            Truth = Truth.Harmless,
            Replicates = size.Replicates(NullReplicates),
            Traffic = Steady(cell.Rate, cell.Weight, ratio, ratio),
            Methods = Methods(size),
        };

    public static IEnumerable<IScenario> T2(EvaluationSize size) =>
        from errors in Regressions
        from cell in Grid.Cells
        select new Scenario<CountBlock>
        {
            Table = "T2",
            Name = $"{Grid.Percent(errors.Baseline)}→{Grid.Percent(errors.Candidate)}, {Grid.Name(cell.Rate, cell.Weight)}",
            Truth = Truth.Worse,
            Replicates = size.Replicates(Replicates),
            Traffic = Steady(cell.Rate, cell.Weight, errors.Baseline, errors.Candidate),
            Methods = Methods(size),
            BoundSeconds = InformationBound.Compute(errors.Baseline, errors.Candidate, cell.Rate, cell.Weight, StatisticsDefaults.FalseRollbackProbability).Seconds,
        };

    private static Func<Sampling.Chance, ITraffic<CountBlock>> Steady(double rate, double weight, double baseline, double candidate)
    {
        var plan = new ErrorPlan(_ => ErrorMoment.Split(rate, weight, baseline, candidate));
        return chance => new ErrorTraffic(chance, plan);
    }
}
