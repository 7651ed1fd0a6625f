namespace Canary.Engine.Queueing;

/// <summary>How long to wait after failures in a row. One caller at a time.</summary>
/// <param name="shortest">After the first failure; greater than 0.</param>
/// <param name="longest">Never longer than this.</param>
/// <param name="random">Spreads the waits, so that what failed together does not come back together.</param>
internal sealed class BackOff(TimeSpan shortest, TimeSpan longest, Random random)
{
    /// <summary>Computes a wait.</summary>
    /// <param name="failures">Failures in a row, at least 1.</param>
    /// <returns>The shortest wait doubled with every failure after the first, at most the longest, less up to a quarter by chance.</returns>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var whole = Math.Min(shortest.TotalMilliseconds * Math.Pow(2, failures - 1), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(whole * (1 - (0.25 * random.NextDouble())));
    }
}
