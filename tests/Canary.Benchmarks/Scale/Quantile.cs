namespace Canary.Benchmarks.Scale;

/// <summary>Quantiles of a sample, by the nearest rank: each is a value that was seen.</summary>
internal static class Quantile
{
    /// <param name="sorted">The sample in ascending order; at least one.</param>
    /// <param name="share">In (0, 1].</param>
    public static TimeSpan Of(IReadOnlyList<TimeSpan> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
