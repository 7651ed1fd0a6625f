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

    private const double Rate = 100;
    private const int Replicates = 1500;

    private static IReadOnlyList<(string Name, double Errors, double Broken, double BrokenErrors)> Users { get; } =
        [(Alike, 0.01, 0, 0), ("10% of users fail 5%", 0.0056, 0.1, 0.05), ("2% of users fail 30%", 0.0041, 0.02, 0.3)];

    public static IEnumerable<IScenario> N6(EvaluationSize size) =>
        from users in Users
        from weight in (double[])[0.1, 0.5]
        select new Scenario<CountBlock>
        {
            Table = "N6",
            Name = $"{users.Name}, {Grid.Name(Rate, weight)}",
            Truth = Truth.Harmless,
            Replicates = size.Replicates(Replicates),
            Traffic = chance => new Sessions(chance, Rate, weight, users.Errors, users.Broken, users.BrokenErrors),
            Methods =
            [
                CountMethods.Ours,
                CountMethods.Rollback("ours, margin 1.1", CountTestSettings.Rollback(), RestartSchedule.Default(0)),
                CountMethods.Rollback("ours, margin 1.5", CountTestSettings.Rollback(1.5), RestartSchedule.Default(0)),
                CountMethods.Rollback("ours, phi 10", CountTestSettings.Rollback(1, dispersion: 10), RestartSchedule.Default(0)),
                CountMethods.Rollback("ours, phi 60", CountTestSettings.Rollback(1, dispersion: 60), RestartSchedule.Default(0)),
                new("ours, second key", _ => new RobustEvidence(CountTestSettings.Rollback(1), new(1), CountMethods.LogThreshold)),
                .. CountMethods.Others(size),
            ],
            Cost = 1000,
        };
}
