using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>The methods for error counts, by name.</summary>
internal static class CountMethods
{
    /// <summary>The name of our test as specified: no margin, alpha 1 %, a look every block.</summary>
    public const string OursName = "ours";

    /// <summary>Rollouts that Kayenta's judge sees of a scenario at the default size: its solver is a thousand times dearer than the other rules.</summary>
    public const int KayentaReplicates = 100;

    private const int LaterSteps = 4;

    public static double LogThreshold { get; } = Thresholds.LogThreshold(StatisticsDefaults.FalseRollbackProbability);

    public static Method<CountBlock> Ours { get; } = Rollback(OursName, CountTestSettings.Rollback(1), RestartSchedule.Default(0));

    /// <summary>Ours in a rollout with four more steps to come, for which half of the budget is kept.</summary>
    public static Method<CountBlock> OursWithSteps { get; } = Rollback("ours, half kept for later steps", CountTestSettings.Rollback(1), RestartSchedule.Default(LaterSteps));

    public static Method<CountBlock> OursByMinute { get; } =
        new("ours, 60 s blocks", _ => new CountEvidence(CountTestSettings.Rollback(1), LogThreshold, RestartSchedule.Default(0), Clock.MinuteBlocks));

    /// <summary>What people use today.</summary>
    /// <param name="size">Decides how many rollouts the costly ones judge.</param>
    public static IReadOnlyList<Method<CountBlock>> Others(EvaluationSize size) =>
    [
        new("z every 10 s, 5 %", _ => new ZTest(ZTest.Five, 1)),
        new("z every 60 s, 5 %", _ => new ZTest(ZTest.Five, Clock.MinuteBlocks)),
        new("z every 60 s, 1 %", _ => new ZTest(ZTest.One, Clock.MinuteBlocks)),
        Flagger(1),
        Flagger(5),
        Flagger(10),
        Argo(0),
        Argo(3),
        new("Kayenta every 5 min", _ => new KayentaLike<CountBlock>(new ErrorPoints())) { MostReplicates = size.Replicates(KayentaReplicates) },
    ];

    public static Method<CountBlock> Rollback(string name, CountTestSettings settings, RestartSchedule schedule) =>
        new(name, _ => new CountEvidence(settings, LogThreshold, schedule));

    private static Method<CountBlock> Flagger(int threshold) => new($"Flagger-like, {threshold}", _ => new FlaggerLike<CountBlock>(new SuccessRateCheck(), threshold));

    private static Method<CountBlock> Argo(int limit) => new($"Argo-like, {limit}", _ => new ArgoLike<CountBlock>(new SuccessRateCheck(), limit));
}
