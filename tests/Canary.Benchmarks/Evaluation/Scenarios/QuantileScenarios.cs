using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>N2: the test of p99 with a margin of 20 %, both ways.</summary>
internal static class QuantileScenarios
{
    /// <summary>Traffic in which something moves, which the test does not promise to survive.</summary>
    public const string Moving = "drift ±50%";

    private const double Margin = 1.2;
    private const int Replicates = 300;
    private static readonly QuantileTestSettings Slower = new(0.99, Margin);
    private static readonly QuantileTestSettings Faster = new(0.99, Margin, seeksSlower: false);

    private static IReadOnlyList<(double Rate, double Weight)> Cells { get; } = [(100, 0.1), (100, 0.5), (1000, 0.1)];

    private static IReadOnlyList<(string Name, LatencyLaw Law, Truth Rollback)> Cases { get; } =
    [
        ("same", LatencyLaw.Usual, Truth.Harmless),
        ("all +20%, on the margin", LatencyLaw.Usual.Scaled(Margin), Truth.Harmless),
        ("all +50%", LatencyLaw.Usual.Scaled(1.5), Truth.Worse),
        ("p99 +100%", LatencyLaw.Tail(1), Truth.Worse),
    ];

    public static IEnumerable<IScenario> N2(EvaluationSize size) => [.. Rollback(size), .. Acceptance(size), .. Drifting(size)];

    private static IEnumerable<IScenario> Rollback(EvaluationSize size) =>
        from story in Cases
        from cell in Cells
        select Scenario($"rollback: {story.Name}, {Grid.Name(cell.Rate, cell.Weight)}", story.Rollback, size, LatencyScenarios.Steady(cell.Rate, cell.Weight, story.Law), Slower, CountMethods.LogThreshold);

    private static IEnumerable<IScenario> Acceptance(EvaluationSize size) =>
        from story in Cases
        where story.Rollback == Truth.Harmless
        from cell in Cells
        select Scenario(
            $"acceptance: {story.Name}, {Grid.Name(cell.Rate, cell.Weight)}",
            story.Law == LatencyLaw.Usual ? Truth.Acceptable : Truth.Unacceptable,
            size,
            LatencyScenarios.Steady(cell.Rate, cell.Weight, story.Law),
            Faster,
            Thresholds.LogThreshold(StatisticsDefaults.FalseAcceptanceProbability));

    // the weight climbs while latencies move: the candidate then meets other times than the baseline did
    private static IEnumerable<IScenario> Drifting(EvaluationSize size)
    {
        LatencyMoment[] moments = [.. Enumerable.Range(0, Clock.HourBlocks).Select(block =>
        {
            var law = LatencyLaw.Usual.Scaled(1 + 0.5 * Math.Sin(2 * Math.PI * block / Clock.HourBlocks - Math.PI / 2));
            return LatencyMoment.Split(1000, Ramp.Weight(block), law, law);
        })];
        yield return Scenario($"rollback: same, {Moving}, in steps, 1000 rps", Truth.Harmless, size, chance => new LatencyTraffic(chance, new(block => moments[Math.Max(0, block)])), Slower, CountMethods.LogThreshold);
    }

    private static Scenario<LatencyBlock> Scenario(
        string name, Truth truth, EvaluationSize size, Func<Sampling.Chance, ITraffic<LatencyBlock>> traffic, QuantileTestSettings settings, double logThreshold) => new()
        {
            Table = "N2",
            Name = name,
            Truth = truth,
            Replicates = size.Replicates(Replicates),
            Traffic = traffic,
            Methods = [.. LatencyMethods.Layouts.Select(layout => new Method<LatencyBlock>(LatencyMethods.OursName(layout), _ => new QuantileEvidence(settings, layout, logThreshold)))],
            Cost = 4000,
        };
}
