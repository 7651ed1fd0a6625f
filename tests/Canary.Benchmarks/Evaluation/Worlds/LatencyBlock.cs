namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Requests per bucket of <see cref="Layout.All"/>. The arrays are used again for the next block.</summary>
internal sealed record LatencyBlock(double[] Candidate, double[] Baseline)
{
    public static LatencyBlock Empty() => new(new double[Layout.All.Count + 1], new double[Layout.All.Count + 1]);
}
