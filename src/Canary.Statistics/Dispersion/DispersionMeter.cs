namespace Canary.Statistics;

/// <summary>Measures on pods of the stable version alone how much errors come in clusters: splits the pods in halves by chance and looks how unequally bad requests fall.</summary>
/// <remarks>
/// <para>Every block is split in <see cref="Splits"/> ways, which the pods' keys decide, so that a pod keeps its side. With k bad requests in a block and theta of its requests on one side,
/// sum (x1 - theta k)^2 / sum k theta (1 - theta) is 1 on average for independent requests and the mean size of clusters (weighted by size) for clustered ones. Splits in which a side has no
/// requests carry nothing; with one pod nothing can be measured.</para>
/// <para>What differs between pods for good also raises it, and more so the longer it is measured: see <see cref="PodEffects"/>.</para>
/// <para>Source: docs/analysis.md (the rule of use was simulated). Pure; thread-safe.</para>
/// </remarks>
public static class DispersionMeter
{
    /// <summary>In how many ways pods are split.</summary>
    public const int Splits = 16;

    /// <summary>The state before the first block.</summary>
    public static DispersionState Start() =>
        new() { Squares = NumberList.Own(new double[Splits]), Variances = NumberList.Own(new double[Splits]), Blocks = 0, Seconds = 0 };

    /// <summary>Takes one block of stable pods into account.</summary>
    /// <param name="state">What was seen so far.</param>
    /// <param name="pods">What each pod answered in the block, in any order; each pod once.</param>
    /// <param name="seconds">Length of the block; finite, 0 or more.</param>
    /// <returns>The next state.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="seconds"/> is out of its range.</exception>
    public static DispersionState Advance(DispersionState state, IReadOnlyList<PodCounts> pods, double seconds)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(pods);
        Require.NotNegative(seconds);
        var squares = state.Squares.ToArray();
        var variances = state.Variances.ToArray();
        for (var split = 0; split < Splits; split++)
        {
            var (requests, errors, sideRequests, sideErrors) = (0.0, 0.0, 0.0, 0.0);
            for (var i = 0; i < pods.Count; i++)
            {
                var pod = pods[i];
                requests += pod.Requests;
                errors += pod.Errors;
                if (IsOnFirstSide(pod.Key, split))
                {
                    sideRequests += pod.Requests;
                    sideErrors += pod.Errors;
                }
            }

            if (sideRequests > 0 && sideRequests < requests)
            {
                var share = sideRequests / requests;
                var deviation = sideErrors - share * errors;
                squares[split] += deviation * deviation;
                variances[split] += errors * share * (1 - share);
            }
        }

        return new() { Squares = NumberList.Own(squares), Variances = NumberList.Own(variances), Blocks = state.Blocks + 1, Seconds = state.Seconds + seconds };
    }

    /// <summary>What was measured.</summary>
    /// <param name="state">What was seen so far.</param>
    /// <returns>The mean over the splits; null when no bad request was seen in a split with two sides.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    public static DispersionEstimate? Estimate(DispersionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var used = state.Variances.Count(variance => variance > 0);
        return used == 0 ? null : new(Math.Max(1, state.Squares.Sum() / state.Variances.Sum()), state.Variances.Sum() / used, state.Seconds);
    }

    // S. Vigna's mixing step of SplitMix64: neighbouring keys get unrelated bits
    private static bool IsOnFirstSide(ulong key, int split)
    {
        var mixed = key + (ulong)(split + 1) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) & 1) == 1;
    }
}
