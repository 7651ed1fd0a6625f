using System.Globalization;
using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T7: how soon an equally good candidate is accepted, and how often one on the margin is.</summary>
internal static class AcceptanceScenarios
{
    private const int Replicates = 300;
    private const int BoundaryReplicates = 1000;

    private static IReadOnlyList<double> Errors { get; } = [0.001, 0.005, 0.01];

    private static IReadOnlyList<(double Ratio, double Difference)> Margins { get; } = [(1.5, 0), (2, 0), (1, 0.001), (1.1, 0.001), (1.25, 0.005)];

    private static IReadOnlyList<(double Rate, double Weight)> Cells { get; } = [(10, 0.1), (100, 0.05), (100, 0.1), (100, 0.5), (1000, 0.01), (1000, 0.1)];

    private static double LogThreshold { get; } = Thresholds.LogThreshold(StatisticsDefaults.FalseAcceptanceProbability);

    public static IEnumerable<IScenario> T7(EvaluationSize size) =>
        from errors in Errors
        from margin in Margins
        from cell in Cells
        from onMargin in (bool[])[false, true]
        let moment = ErrorMoment.Split(cell.Rate, cell.Weight, errors, onMargin ? margin.Ratio * errors + margin.Difference : errors)
        let settings = CountTestSettings.Acceptance(margin.Ratio, margin.Difference)
        select new Scenario<CountBlock>
        {
            Table = "T7",
            Name = string.Create(CultureInfo.InvariantCulture, $"{Grid.Percent(errors)}, r {margin.Ratio} d {Grid.Percent(margin.Difference)}, {Grid.Name(cell.Rate, cell.Weight)}{(onMargin ? ", on the margin" : "")}"),
            Truth = onMargin ? Truth.Unacceptable : Truth.Acceptable,
            Replicates = size.Replicates(onMargin ? BoundaryReplicates : Replicates),
            Traffic = chance => new ErrorTraffic(chance, new(_ => moment)),
            Methods = [new("ours", _ => new CountEvidence(settings, LogThreshold, RestartSchedule.Default(0)))],
            BoundSeconds = onMargin ? null : MarginBound.Seconds(moment, margin.Ratio, margin.Difference, LogThreshold),
            Cost = 150,
        };
}
