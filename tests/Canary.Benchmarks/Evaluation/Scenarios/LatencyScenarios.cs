using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T3, T4 and N7: latencies at a constant weight.</summary>
internal static class LatencyScenarios
{
    private const int NullReplicates = 1000;
    private const int Replicates = 300;
    private const int UnforeseenReplicates = 200;

    /// <summary>The reference's regressions.</summary>
    public static IReadOnlyList<(string Name, LatencyLaw Law)> Regressions { get; } =
    [
        ("p99 +10%", LatencyLaw.Tail(0.1)),
        ("p99 +25%", LatencyLaw.Tail(0.25)),
        ("p99 +100%", LatencyLaw.Tail(1)),
        ("all +5%", LatencyLaw.Usual.Scaled(1.05)),
        ("0.5% +1 s", LatencyLaw.Usual.Delayed(0.005, 1000)),
    ];

    /// <summary>Regressions that no alternative was made for; "cache" is a service with two kinds of answers, around 20 and 300 ms.</summary>
    private static IReadOnlyList<(string Name, LatencyLaw Baseline, LatencyLaw Candidate)> Unforeseen { get; } =
    [
        ("all +10 ms", LatencyLaw.Usual, LatencyLaw.Usual.Delayed(1, 10)),
        ("3% take 3x", LatencyLaw.Usual, LatencyLaw.Usual.Mixed(0.03, LatencyLaw.Usual.Scaled(3))),
        ("cache, hits 80%→76%", Cache(0.8), Cache(0.76)),
        ("cache, all +10%", Cache(0.8), Cache(0.8).Scaled(1.1)),
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
            Methods = [.. LatencyMethods.Both, .. LatencyMethods.Others(size)],
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
            Methods = [.. LatencyMethods.Both.Select(method => LatencyMethods.Bounded(method, LatencyLaw.Usual, regression.Law, cell.Rate, cell.Weight)), .. LatencyMethods.Others(size)],
            Cost = 3000,
        };

    public static IEnumerable<IScenario> N7(EvaluationSize size) =>
        from regression in Unforeseen
        from cell in Grid.Cells
        select new Scenario<LatencyBlock>
        {
            Table = "N7",
            Name = $"{regression.Name}, {Grid.Name(cell.Rate, cell.Weight)}",
            Truth = Truth.Worse,
            Replicates = size.Replicates(UnforeseenReplicates),
            Traffic = Steady(cell.Rate, cell.Weight, regression.Candidate, regression.Baseline),
            Methods = [.. LatencyMethods.Both.Select(method => LatencyMethods.Bounded(method, regression.Baseline, regression.Candidate, cell.Rate, cell.Weight))],
            Cost = 5000,
        };

    public static Func<Sampling.Chance, ITraffic<LatencyBlock>> Steady(double rate, double weight, LatencyLaw candidate) => Steady(rate, weight, candidate, LatencyLaw.Usual);

    private static Func<Sampling.Chance, ITraffic<LatencyBlock>> Steady(double rate, double weight, LatencyLaw candidate, LatencyLaw baseline)
    {
        var before = LatencyMoment.Split(rate, weight, baseline, baseline);
        var now = LatencyMoment.Split(rate, weight, candidate, baseline);
        var plan = new LatencyPlan(block => block < 0 ? before : now);
        return chance => new LatencyTraffic(chance, plan);
    }

    private static LatencyLaw Cache(double hits) => LatencyLaw.Lognormal(300, 0.4).Mixed(hits, LatencyLaw.Lognormal(20, 0.5));
}
