using System.Globalization;
using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T6: what the robust settings cost.</summary>
internal static class PriceScenarios
{
    private const int NullReplicates = 1500;
    private const int Replicates = 300;

    private static IReadOnlyList<(string Name, ClusterLaw Law)> Clusters { get; } =
        [("independent", ClusterLaw.Single), ("clusters of 3", ClusterLaw.Exactly(3)), ("geometric clusters, mean 3", ClusterLaw.Geometric(3))];

    private static IReadOnlyList<(double Baseline, double Candidate, double Rate, double Weight)> Cells { get; } =
    [
        (0.01, 0.01, 100, 0.1),
        (0.001, 0.001, 100, 0.1),
        (0.01, 0.01, 100, 0.01),
        (0.01, 0.01, 1000, 0.5),
        (0.01, 0.02, 100, 0.1),
        (0.01, 0.02, 100, 0.5),
        (0.01, 0.015, 1000, 0.1),
        (0.001, 0.002, 1000, 0.1),
        (0.005, 0.05, 100, 0.1),
        (0.005, 0.05, 100, 0.01),
        (0.005, 0.05, 10, 0.05),
    ];

    public static IEnumerable<IScenario> T6(EvaluationSize size) =>
        from clusters in Clusters
        from cell in Cells
        let harmless = cell.Baseline == cell.Candidate
        let moment = ErrorMoment.Split(cell.Rate, cell.Weight, cell.Baseline, cell.Candidate)
        select new Scenario<CountBlock>
        {
            Table = "T6",
            Name = string.Create(CultureInfo.InvariantCulture, $"{clusters.Name}, {Grid.Percent(cell.Baseline)}→{Grid.Percent(cell.Candidate)}, {Grid.Name(cell.Rate, cell.Weight)}"),
            Truth = harmless ? Truth.Harmless : Truth.Worse,
            Replicates = size.Replicates(harmless ? NullReplicates : Replicates),
            Traffic = chance => new ErrorTraffic(chance, new(_ => moment) { Clusters = clusters.Law }),
            Methods =
            [
                CountMethods.Rollback("ours, phi 1", CountTestSettings.Rollback(1), RestartSchedule.Default(0)),
                .. RobustScenarios.Robust(1).Where(method => method.Name is RobustScenarios.Tempered or RobustScenarios.SecondKey),
                new("second key of Delyon", _ => new RobustEvidence(CountTestSettings.Rollback(1), new(1, normalisation: SelfNormalisation.Delyon), CountMethods.LogThreshold)),
            ],
            BoundSeconds = harmless ? null : MarginBound.Seconds(moment, 1, 0, CountMethods.LogThreshold), // of independent errors
            Cost = 1200,
        };
}
