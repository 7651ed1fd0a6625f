using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>N5: users who wait for an answer before they ask again.</summary>
internal static class ClosedLoopScenarios
{
    private const int NullReplicates = 300;
    private const int Replicates = 100;

    /// <summary>About a hundred requests a second, a tenth of them the candidate's: name, users of both arms, pause in milliseconds.</summary>
    private static IReadOnlyList<(string Name, int Candidate, int Baseline, double Pause)> Loops { get; } = [("load generators", 1, 11, 0), ("people with a pause of 2 s", 21, 190, 2000)];

    public static IEnumerable<IScenario> N5(EvaluationSize size) =>
        from loop in Loops
        from factor in (double[])[1, 1.1, 2]
        let harmless = factor == 1
        select new Scenario<LatencyBlock>
        {
            Table = "N5",
            Name = FormattableString.Invariant($"{loop.Name}, candidate takes {factor}x"),
            Truth = harmless ? Truth.Harmless : Truth.Worse,
            Replicates = size.Replicates(harmless ? NullReplicates : Replicates),
            Traffic = chance => new ClosedLoop(chance, loop.Candidate, loop.Baseline, factor, loop.Pause),
            Methods = [.. LatencyMethods.Both.Take(LatencyMethods.Layouts.Count)],
            Cost = harmless ? 40000 : 6000,
        };
}
