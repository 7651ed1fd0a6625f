namespace Canary.Statistics;

/// <summary>What happened in one pod: requests and, among them, bad ones.</summary>
/// <remarks>Immutable.</remarks>
public readonly record struct PodCounts
{
    /// <summary>Makes checked counts.</summary>
    /// <param name="key">Any number that stays the pod's own, such as the first 64 bits of its uid.</param>
    /// <param name="requests">Requests that the pod answered, a count in [0, 2^53].</param>
    /// <param name="errors">Bad ones among them, a count in [0, <paramref name="requests"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    public PodCounts(ulong key, double requests, double errors)
    {
        Key = key;
        Requests = Require.Count(requests);
        Errors = errors >= 0 && errors <= requests
            ? errors
            : throw new ArgumentOutOfRangeException(nameof(errors), errors, $"Errors are a count from 0 to the {requests} requests.");
    }

    /// <summary>Tells the pod from others.</summary>
    public ulong Key { get; }

    /// <summary>Requests that the pod answered, a count.</summary>
    public double Requests { get; }

    /// <summary>Bad requests, a count of at most <see cref="Requests"/>.</summary>
    public double Errors { get; }

    /// <summary>Makes counts of numbers that came from outside and may be wrong.</summary>
    /// <param name="key">The pod's own number.</param>
    /// <param name="requests">Requests that the pod answered.</param>
    /// <param name="errors">Bad ones among them.</param>
    /// <param name="counts">The counts, or empty ones.</param>
    /// <returns>Whether the numbers were counts with no more errors than requests.</returns>
    public static bool TryCreate(ulong key, double requests, double errors, out PodCounts counts)
    {
        var valid = Require.IsCount(requests) && errors >= 0 && errors <= requests;
        counts = valid ? new(key, requests, errors) : default;
        return valid;
    }
}
