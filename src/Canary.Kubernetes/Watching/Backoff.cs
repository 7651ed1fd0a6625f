using Canary.Kubernetes.Api;

namespace Canary.Kubernetes.Watching;

/// <summary>Pauses that double with each failure in a row, spread over half to one and a half of their length.</summary>
internal static class Backoff
{
    /// <param name="failures">Failures in a row, this one included; at least 1.</param>
    /// <param name="initial">Pause after the first.</param>
    /// <param name="max">Longest pause, whatever the jitter or the server says.</param>
    /// <param name="retryAfter">How long the server asked to wait, or null.</param>
    /// <param name="jitter">Source of chance.</param>
    public static TimeSpan After(int failures, TimeSpan initial, TimeSpan max, TimeSpan? retryAfter, Jitter jitter)
    {
        var grown = initial * Math.Pow(2, Math.Min(failures - 1, 20));
        var pause = (grown < max ? grown : max) * (0.5 + jitter.Next());
        if (retryAfter is { } asked && asked > pause)
        {
            pause = asked + (asked * 0.1 * jitter.Next()); // not all clients in the same instant
        }

        return pause < max ? pause : max;
    }
}
