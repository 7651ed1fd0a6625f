using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T3 and T4: latencies at a constant weight.</summary>
internal static class LatencyScenarios
{
    private const int NullReplicates = 1000;
    private const int Replicates = 300;

    private static readonly LatencyTestSettings NoMargin = new(1);

    /// <summary>The reference's regressions.</summary>
    public static IReadOnlyList<(string Name, LatencyLaw Law)> Regressions { get; } =
    [
        ("p99 +10%", LatencyLaw.Tail(0.1)),
        ("p99 +25%", LatencyLaw.Tail(0.25)),
        ("p99 +100%", LatencyLaw.Tail(1)),
        ("all +5%", LatencyLaw.Usual.Scaled(1.05)),
        ("0.5% +1 s", LatencyLaw.Usual.Delayed(0.005, 1000)),
    ];

    public static IEnumerable<IScenario> T3(EvaluationSize size) =>
        from cell in Grid.Cells
        select new Scenario<LatencyBlock>
        {
            Table = "T3",
            Name = Grid.Name(cell.Rate, cell.Weight),
            Truth = Truth.Harmless,
            Replicates = size.Replicates(NullReplicates),
            Traffic = Steady(cell.Rate, cell.Weight, LatencyLaw.Usual),
            Methods = [.. LatencyMethods.Layouts.Select(layout => LatencyMethods.Ours(layout, NoMargin)), .. LatencyMethods.Others(size)],
            Cost = 8000,
        };

    public static IEnumerable<IScenario> T4(EvaluationSize size) =>
        from regression in Regressions
        from cell in Grid.Cells
        select new Scenario<LatencyBlock>
        {
            Table = "T4",
            Name = $"{regression.Name}, {Grid.Name(cell.Rate, cell.Weight)}",
            Truth = Truth.Worse,
            Replicates = size.Replicates(Replicates),
            Traffic = Steady(cell.Rate, cell.Weight, regression.Law),
            Methods =
            [
                .. LatencyMethods.Layouts.Select(layout => LatencyMethods.Ours(layout, NoMargin) with
                {
                    BoundSeconds = LatencyBound.Alike(LatencyLaw.Usual.Shares(layout.Bounds), regression.Law.Shares(layout.Bounds), cell.Rate, cell.Weight),
                    SharperBoundSeconds = LatencyBound.NotSlower(LatencyLaw.Usual.Shares(layout.Bounds), regression.Law.Shares(layout.Bounds), cell.Rate, cell.Weight),
                }),
                .. LatencyMethods.Others(size),
            ],
            Cost = 3000,
        };

    public static Func<Sampling.Chance, ITraffic<LatencyBlock>> Steady(double rate, double weight, LatencyLaw candidate)
    {
        var before = LatencyMoment.Split(rate, weight, LatencyLaw.Usual, LatencyLaw.Usual);
        var now = LatencyMoment.Split(rate, weight, candidate, LatencyLaw.Usual);
        var plan = new LatencyPlan(block => block < 0 ? before : now);
        return chance => new LatencyTraffic(chance, plan);
    }
}
