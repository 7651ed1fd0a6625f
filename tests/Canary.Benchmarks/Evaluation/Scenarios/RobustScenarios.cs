using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>T5: the same version on both arms in traffic that is not as simple as T1's (100 rps, w 10 % unless ramped, 1 % bad).</summary>
internal static class RobustScenarios
{
    /// <summary>The count test with the dispersion measured on stable pods.</summary>
    public const string Tempered = "ours, measured phi";

    /// <summary>The same, and the self-normalised test must agree.</summary>
    public const string SecondKey = "ours, measured phi, second key";

    /// <summary>The same as <see cref="Tempered"/> with the margin that the pods' differences call for.</summary>
    public const string PodMargin = "ours, measured phi, margin for pods";

    private const double Rate = 100;
    private const double Weight = 0.1;
    private const double Errors = 0.01;
    private const double Hour = 3600;
    private const int Replicates = 2000;

    /// <summary>The worlds: name, plan, margin for pods (1 where pods are alike).</summary>
    private static IReadOnlyList<(string Name, Func<Chance, ErrorPlan> Plan, double PodMargin)> Worlds { get; } =
    [
        ("S0 independent", _ => new(At(Weight, _ => Errors)), 1),
        ("S1 volume and error rate ±50%", _ => new(block => ErrorMoment.Split(Rate * Wave(block), Weight, Errors * Wave(block), Errors * Wave(block))), 1),
        ("S2 common bursts x20 (6 of 60 s)", chance => Common(new Bursts(chance, 6, 60, 20, Hour), _ => Weight), 1),
        ("S3 common bursts x20, in steps", chance => Common(new Bursts(chance, 6, 60, 20, Hour), Ramp.Weight), 1),
        ("S3b error rate climbing to x5, in steps", _ => new(block => ErrorMoment.Split(Rate, Ramp.Weight(block), Climb(block), Climb(block))) { Steps = Ramp.Steps }, 1),
        ("S4 clusters of 3", _ => Clustered(ClusterLaw.Exactly(3)), 1),
        ("S5 geometric clusters, mean 3", _ => Clustered(ClusterLaw.Geometric(3)), 1),
        ("S6 singles, 10% clusters of 10", _ => Clustered(ClusterLaw.Mixed(0.1, 10)), 1),
        ("S7 geometric clusters, mean 10", _ => Clustered(ClusterLaw.Geometric(10)), 1),
        ("S8 each arm its own bursts x10 (2 of 60 s)", chance => Own(new(chance, 2, 60, 10, Hour), new(chance, 2, 60, 10, Hour), 0), 1),
        ("S9 pods differ, sd 0.2 (1 and 9 pods)", chance => Pods(chance, 0.2, 1, 9), PodEffects.LeastMarginRatio(0.2, 1, 9)),
        ("S9b pods differ, sd 0.1 (3 and 27 pods)", chance => Pods(chance, 0.1, 3, 27), PodEffects.LeastMarginRatio(0.1, 3, 27)),
        ("S10 arms read 5 s apart, common bursts x20 (6 of 30 s)", chance => Shifted(new Bursts(chance, 6, 30, 20, Hour)), 1),
    ];

    public static IEnumerable<IScenario> T5(EvaluationSize size) =>
        from world in Worlds
        select new Scenario<CountBlock>
        {
            Table = "T5",
            Name = world.Name,
            Truth = Truth.Harmless,
            Replicates = size.Replicates(Replicates),
            Traffic = chance => new ErrorTraffic(chance, world.Plan(chance)),
            Methods = [CountMethods.Rollback("ours, phi 1", CountTestSettings.Rollback(1), RestartSchedule.Default(0)), .. Robust(world.PodMargin), .. CountMethods.Others(size)],
            Cost = 1500,
        };

    /// <summary>Our test with the settings for traffic like this.</summary>
    public static IReadOnlyList<Method<CountBlock>> Robust(double podMargin) =>
    [
        new(Tempered, traffic => new CountEvidence(CountTestSettings.Rollback(1, dispersion: Phi(traffic)), CountMethods.LogThreshold, RestartSchedule.Default(0))),
        new(SecondKey, traffic => new RobustEvidence(CountTestSettings.Rollback(1, dispersion: Phi(traffic)), new(1), CountMethods.LogThreshold)),
        new(PodMargin, traffic => new CountEvidence(CountTestSettings.Rollback(podMargin, dispersion: Phi(traffic)), CountMethods.LogThreshold, RestartSchedule.Default(0))),
        new("ours, as by default", traffic => new CountEvidence(CountTestSettings.Rollback(dispersion: Phi(traffic)), CountMethods.LogThreshold, RestartSchedule.Default(0))),
    ];

    private static double Phi(ITraffic<CountBlock> traffic) => DispersionEstimate.Choose(traffic.Dispersion);

    private static Func<int, ErrorMoment> At(double weight, Func<int, double> errors) => block => ErrorMoment.Split(Rate, weight, errors(block), errors(block));

    private static double Wave(int block) => 1 + 0.5 * Math.Sin(2 * Math.PI * block / Clock.HourBlocks);

    private static double Climb(int block) => Errors * (1 + 4.0 * block / Clock.HourBlocks);

    private static double Factor(Bursts bursts, int block, double late = 0) =>
        bursts.Factor(block * Clock.BlockSeconds + late, (block + 1) * Clock.BlockSeconds + late);

    private static ErrorPlan Clustered(ClusterLaw law) => new(At(Weight, _ => Errors)) { Clusters = law };

    private static ErrorPlan Common(Bursts bursts, Func<int, double> weight) =>
        new(block => ErrorMoment.Split(Rate, weight(block), Errors * Factor(bursts, block), Errors * Factor(bursts, block))) { Steps = Ramp.Steps };

    // before the rollout the pods stand in two zones, each with its own bursts
    private static ErrorPlan Own(Bursts candidate, Bursts baseline, double late) =>
        new(block => ErrorMoment.Split(Rate, Weight, Errors * Factor(baseline, block, late), Errors * Factor(candidate, block)))
        {
            Past = (block, pod) => Errors * Factor(pod < PodHistory.Pods / 2 ? candidate : baseline, block % Clock.HourBlocks),
        };

    private static ErrorPlan Shifted(Bursts bursts) => Own(bursts, bursts, Clock.BlockSeconds / 2);

    private static ErrorPlan Pods(Chance chance, double deviation, int candidatePods, int baselinePods)
    {
        double Mean(int pods) => Enumerable.Range(0, pods).Average(_ => Errors * Math.Exp(deviation * chance.Normal()));
        var (candidate, baseline) = (Mean(candidatePods), Mean(baselinePods));
        double[] before = [.. Enumerable.Range(0, PodHistory.Pods).Select(_ => Mean(1))];
        return new(_ => ErrorMoment.Split(Rate, Weight, baseline, candidate)) { Past = (_, pod) => before[pod] };
    }
}
