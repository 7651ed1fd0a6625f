using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T8: error counts in a rollout of five steps, and how the budget is best staked over them.</summary>
internal static class RampScenarios
{
    private const double Errors = 0.005;
    private const int NullReplicates = 3000;
    private const int Replicates = 400;

    /// <summary>The candidate's error ratio as a multiple of the baseline's, by block.</summary>
    private static IReadOnlyList<(string Name, Func<int, double> Ratio)> Cases { get; } =
    [
        ("same", _ => 1),
        ("2x from start", _ => 2),
        ("2x from 25% step", block => block < Ramp.Begin(0.25) ? 1 : 2),
        ("10x from 10% step", block => block < Ramp.Begin(0.1) ? 1 : 10),
        ("0.5x, then 2x from 25% step", block => block < Ramp.Begin(0.25) ? 0.5 : 2),
    ];

    private static IReadOnlyList<Method<CountBlock>> Methods(EvaluationSize size) =>
    [
        CountMethods.Rollback("ours", CountTestSettings.Rollback(1), RestartSchedule.Default(Ramp.Steps.Count)),
        CountMethods.Rollback("ours, all at start", CountTestSettings.Rollback(1), RestartSchedule.Default(0)),
        CountMethods.Rollback("ours, 0.7 at start", CountTestSettings.Rollback(1), new(0.7, Ramp.Steps.Count)),
        CountMethods.Rollback("ours, a fifth each", CountTestSettings.Rollback(1), new(0.2, Ramp.Steps.Count)),
        .. CountMethods.Others(size),
    ];

    public static IEnumerable<IScenario> T8(EvaluationSize size) =>
        from rate in Grid.Rates
        from story in Cases
        let at = (Func<int, ErrorMoment>)(block => ErrorMoment.Split(rate, Ramp.Weight(block), Errors, Errors * story.Ratio(block)))
        let harmless = story.Name == "same"
        select new Scenario<CountBlock>
        {
            Table = "T8",
            Name = FormattableString.Invariant($"{rate} rps, {story.Name}"),
            Truth = harmless ? Truth.Harmless : Truth.Worse,
            Replicates = size.Replicates(harmless ? NullReplicates : Replicates),
            Traffic = chance => new ErrorTraffic(chance, new(at) { Steps = Ramp.Steps }),
            Methods = Methods(size),
            WorseFrom = harmless ? 0 : Enumerable.Range(0, Clock.HourBlocks).First(block => story.Ratio(block) > 1),
            BoundSeconds = MarginBound.Seconds(at, Clock.HourBlocks, Clock.BlockSeconds, CountMethods.LogThreshold),
        };
}
