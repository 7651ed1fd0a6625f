using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>N1: acceptance of latencies at the bounds nearest p50, p90 and p99: how soon for an equal candidate, and how often for one on the margin of a single bound or of all.</summary>
internal static class LatencyAcceptanceScenarios
{
    private const double MarginRatio = StatisticsDefaults.AcceptanceMarginRatio;
    private const int Replicates = 200;
    private const int BoundaryReplicates = 400;
    private static readonly LatencyTestSettings Settings = new();

    private static IReadOnlyList<(double Rate, double Weight)> Cells { get; } = [(100, 0.1), (100, 0.5), (1000, 0.1)];

    private static IReadOnlyList<(string Name, Truth Truth, Func<Layout, LatencyLaw> Law)> Cases { get; } =
    [
        ("same", Truth.Acceptable, _ => LatencyLaw.Usual),
        ("1.5x as many slow ones at the bound near p99", Truth.Unacceptable, layout => OnMargin(layout, 0.99)),
        ("1.5x as many slow ones at the bound near p90", Truth.Unacceptable, layout => OnMargin(layout, 0.9)),
        ("1.5x as many slow ones at every bound", Truth.Unacceptable, _ => new(milliseconds => Math.Min(1, MarginRatio * LatencyLaw.Usual.Slower(milliseconds)))),
    ];

    public static IEnumerable<IScenario> N1(EvaluationSize size) =>
        from story in Cases
        from cell in Cells
        from layout in LatencyMethods.Layouts
        select new Scenario<LatencyBlock>
        {
            Table = "N1",
            Name = $"{story.Name}, {Grid.Name(cell.Rate, cell.Weight)}, {layout.Name}",
            Truth = story.Truth,
            Replicates = size.Replicates(story.Truth == Truth.Acceptable ? Replicates : BoundaryReplicates),
            Traffic = LatencyScenarios.Steady(cell.Rate, cell.Weight, story.Law(layout)),
            Methods = [new("ours", traffic => new LatencyEvidence(Settings, layout, Thresholds.LogThreshold(StatisticsDefaults.FalseAcceptanceProbability), traffic.History, accepts: true))],
            Cost = 4000,
        };

    // requests are moved from everywhere to above the bound, just as many as the margin allows there
    private static LatencyLaw OnMargin(Layout layout, double quantile)
    {
        var target = Math.Log(LatencyLaw.Quantile(quantile));
        var bound = layout.Bounds.MinBy(bound => Math.Abs(Math.Log(bound) - target));
        var slower = LatencyLaw.Usual.Slower(bound);
        var moved = (MarginRatio - 1) * slower / (1 - slower);
        return new(milliseconds => milliseconds <= bound ? (1 - moved) * LatencyLaw.Usual.Slower(milliseconds) + moved : MarginRatio * LatencyLaw.Usual.Slower(milliseconds));
    }
}
