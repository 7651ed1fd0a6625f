using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>N6: the same version on both arms, and users who stay with theirs.</summary>
internal static class StickyScenarios
{
    /// <summary>Users who are all alike.</summary>
    public const string Alike = "users alike";

    /// <summary>With more than the bad requests of one user who fails (150 requests, 30 % of them bad, and half as much again) for the dispersion.</summary>
    public const string Whole = "ours, phi 68";

    private const double Rate = 100;
    private const int Replicates = 1500;

    private static IReadOnlyList<(string Name, double Errors, double Broken, double BrokenErrors)> Users { get; } =
        [(Alike, 0.01, 0, 0), ("10% of users fail 5%", 0.0056, 0.1, 0.05), ("2% of users fail 30%", 0.0041, 0.02, 0.3)];

    private static IReadOnlyList<Method<CountBlock>> Ours { get; } =
    [
        CountMethods.Ours,
        CountMethods.Rollback("ours, margin 1.1", CountTestSettings.Rollback(), RestartSchedule.Default(0)),
        CountMethods.Rollback("ours, margin 1.5", CountTestSettings.Rollback(1.5), RestartSchedule.Default(0)),
        CountMethods.Rollback("ours, phi 10", CountTestSettings.Rollback(1, dispersion: 10), RestartSchedule.Default(0)),
        CountMethods.Rollback(Whole, CountTestSettings.Rollback(1, dispersion: StatisticsDefaults.DispersionSafety * Sessions.Requests * 0.3), RestartSchedule.Default(0)),
        SecondKey("ours, second key", 1),
        SecondKey("ours, second key of 60 s", Clock.MinuteBlocks),
        SecondKey("ours, second key of 120 s", 2 * Clock.MinuteBlocks),
        SecondKey("ours, second key of 300 s", 5 * Clock.MinuteBlocks),
    ];

    public static IEnumerable<IScenario> N6(EvaluationSize size) =>
        from users in Users
        from weight in (double[])[0.1, 0.5]
        from more in (double[])[0, 0.03]
        let harmless = more == 0
        select new Scenario<CountBlock>
        {
            Table = "N6",
            Name = $"{users.Name}, {(harmless ? "same" : $"+{Grid.Percent(more)}")}, {Grid.Name(Rate, weight)}",
            Truth = harmless ? Truth.Harmless : Truth.Worse,
            Replicates = size.Replicates(harmless ? Replicates : Replicates / 5),
            Traffic = chance => new Sessions(chance, Rate, weight, users.Errors, users.Broken, users.BrokenErrors, more),
            Methods = [.. Ours, .. CountMethods.Others(size)],
            Cost = 1500,
        };

    private static Method<CountBlock> SecondKey(string name, int period) => new(name, _ => new RobustEvidence(CountTestSettings.Rollback(1), new(1), CountMethods.LogThreshold, period));
}
