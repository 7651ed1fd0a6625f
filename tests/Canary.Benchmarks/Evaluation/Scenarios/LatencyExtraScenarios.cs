using System.Globalization;
using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T12: latencies that drift, margins, requests that stall together, a fixed pool of requests.</summary>
internal static class LatencyExtraScenarios
{
    private const double Rate = 100;
    private const double Weight = 0.1;
    private const double StalledShare = 0.005;
    private const double StallMilliseconds = 1100;
    private const double PoolSize = 1000;
    private const int Replicates = 400;

    private static IReadOnlyList<(double Ratio, double Difference)> Margins { get; } = [(1, 0), (1.1, 0), (1.1, 0.0005), (1.25, 0.001)];

    private static IReadOnlyList<(string Name, LatencyLaw Law)> Laws { get; } =
    [
        ("same", LatencyLaw.Usual),
        ("p99 +10%", LatencyLaw.Tail(0.1)),
        ("p99 +25%", LatencyLaw.Tail(0.25)),
        ("p99 +100%", LatencyLaw.Tail(1)),
        ("all +2%", LatencyLaw.Usual.Scaled(1.02)),
        ("all +5%", LatencyLaw.Usual.Scaled(1.05)),
        ("all +20%", LatencyLaw.Usual.Scaled(1.2)),
    ];

    /// <summary>Whether a method promises to keep a harmless candidate of a scenario: all do but those whose dispersion is below the size of stalls.</summary>
    public static bool Promises(string scenario, string method) =>
        !scenario.Contains(" stalls of ", StringComparison.Ordinal) || scenario.EndsWith($" {method[(method.LastIndexOf(' ') + 1)..]} requests", StringComparison.Ordinal);

    public static IEnumerable<IScenario> T12(EvaluationSize size) => [.. Moving(size), .. WithMargins(size), .. Stalls(size), .. Pools(size)];

    private static IEnumerable<IScenario> Moving(EvaluationSize size)
    {
        var drifts = (IReadOnlyList<LatencyMoment[]>)[Drifting(1), Drifting(1.1)];
        var bursts = (IReadOnlyList<LatencyMoment[]>)[[Steady(1, 1), Steady(1, 2)], [Steady(1.1, 1), Steady(1.1, 2)]];
        for (var worse = 0; worse < 2; worse++)
        {
            var (drift, calm, burst) = (drifts[worse], bursts[worse][0], bursts[worse][1]);
            var (before, truth, what) = (drifts[0], worse == 0 ? Truth.Harmless : Truth.Worse, worse == 0 ? "same" : "all +10%");
            yield return Scenario($"{what}, drift ±50%", truth, size, _ => new(block => block < 0 ? before[block + Clock.HourBlocks] : drift[block]), Plain());
            yield return Scenario($"{what}, bursts x2 of 60 s", truth, size, chance => Bursting(chance, calm, burst, bursts[0][0]), Plain());
        }
    }

    private static IEnumerable<IScenario> WithMargins(EvaluationSize size) =>
        from law in Laws
        select Scenario(
            law.Name,
            law.Name == "same" ? Truth.Harmless : Truth.Worse,
            size,
            Constant(law.Law),
            [.. from margin in Margins from layout in LatencyMethods.Layouts select LatencyMethods.Ours(Named(margin, layout), layout, LatencyTestSettings.Rollback(margin.Ratio, margin.Difference))]);

    private static IEnumerable<IScenario> Stalls(EvaluationSize size) =>
        from stall in (int[])[5, 20]
        select Scenario(
            FormattableString.Invariant($"same, stalls of {stall} requests"),
            Truth.Harmless,
            size,
            _ => Constant(LatencyLaw.Usual)(_) with { Disturbance = (chance, block) => Stall(chance, block, stall) },
            [.. from dispersion in (double[])[1, stall / 2.0, stall] from layout in LatencyMethods.Layouts
                select LatencyMethods.Ours(FormattableString.Invariant($"ours, {layout.Name}, phi {dispersion}"), layout, LatencyTestSettings.Rollback(1, dispersion: dispersion))]);

    private static IEnumerable<IScenario> Pools(EvaluationSize size) =>
        from weight in (double[])[0.1, 0.5]
        select Scenario($"same, fixed pool, w {Grid.Percent(weight)}", Truth.Harmless, size, chance => Pooled(chance, weight), Plain());

    private static Scenario<LatencyBlock> Scenario(string name, Truth truth, EvaluationSize size, Func<Chance, LatencyPlan> plan, Method<LatencyBlock>[] methods) => new()
    {
        Table = "T12",
        Name = name,
        Truth = truth,
        Replicates = size.Replicates(Replicates),
        Traffic = chance => new LatencyTraffic(chance, plan(chance)),
        Methods = methods,
        Cost = (truth == Truth.Harmless ? 1000 : 500) * methods.Length,
    };

    private static Method<LatencyBlock>[] Plain() => [.. LatencyMethods.Both.Take(LatencyMethods.Layouts.Count)];

    private static string Named((double Ratio, double Difference) margin, Layout layout) =>
        string.Create(CultureInfo.InvariantCulture, $"r0 {margin.Ratio} d0 {Grid.Percent(margin.Difference)}, {layout.Name}");

    private static Func<Chance, LatencyPlan> Constant(LatencyLaw law)
    {
        var before = LatencyMoment.Split(Rate, Weight, LatencyLaw.Usual, LatencyLaw.Usual);
        var now = LatencyMoment.Split(Rate, Weight, law, LatencyLaw.Usual);
        return _ => new(block => block < 0 ? before : now);
    }

    private static LatencyMoment Steady(double candidate, double both) =>
        LatencyMoment.Split(Rate, Weight, LatencyLaw.Usual.Scaled(candidate * both), LatencyLaw.Usual.Scaled(both));

    private static LatencyMoment[] Drifting(double candidate) =>
        [.. Enumerable.Range(0, Clock.HourBlocks).Select(block => Steady(candidate, 1 + 0.5 * Math.Sin(2 * Math.PI * block / Clock.HourBlocks)))];

    private static LatencyPlan Bursting(Chance chance, LatencyMoment calm, LatencyMoment burst, LatencyMoment before)
    {
        var bursts = new Bursts(chance, 6, 60, 2, 3600);
        return new(block => block < 0 ? before : bursts.Factor(10 * block, 10 * block + 10) > 1.5 ? burst : calm);
    }

    // whole groups of one arm's requests wait for the same thing
    private static void Stall(Chance chance, LatencyBlock block, int requests)
    {
        var bucket = Layout.Bucket(StallMilliseconds);
        block.Candidate[bucket] += requests * PoissonLaw.Draw(chance, Clock.BlockSeconds * Rate * Weight * StalledShare / requests);
        block.Baseline[bucket] += requests * PoissonLaw.Draw(chance, Clock.BlockSeconds * Rate * (1 - Weight) * StalledShare / requests);
    }

    // the same requests in each block; chance only decides which arm serves them
    private static LatencyPlan Pooled(Chance chance, double weight)
    {
        var pool = new double[Layout.All.Count + 1];
        BinomialLaw.Split(chance, PoolSize, LatencyLaw.Usual.Shares(Layout.All), pool);
        var moment = LatencyMoment.Split(0, weight, LatencyLaw.Usual, LatencyLaw.Usual);
        return new(_ => moment)
        {
            Disturbance = (dice, block) =>
            {
                HypergeometricLaw.Split(dice, pool, weight * PoolSize, block.Candidate);
                for (var bucket = 0; bucket < pool.Length; bucket++)
                {
                    block.Baseline[bucket] = pool[bucket] - block.Candidate[bucket];
                }
            },
        };
    }
}
