namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>The usual rollout: 1, 5, 10, 25, 50 %, twelve minutes each.</summary>
internal static class Ramp
{
    private const int StepBlocks = 72;
    private static readonly double[] Weights = [0.01, 0.05, 0.1, 0.25, 0.5];

    /// <summary>First blocks of the steps after the first.</summary>
    public static IReadOnlyList<int> Steps { get; } = [.. Enumerable.Range(1, Weights.Length - 1).Select(step => step * StepBlocks)];

    public static double Weight(int block) => Weights[Math.Clamp(block / StepBlocks, 0, Weights.Length - 1)];

    /// <summary>The first block with a weight.</summary>
    public static int Begin(double weight) => Array.IndexOf(Weights, weight) * StepBlocks;
}
