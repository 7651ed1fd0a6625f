namespace Canary.Statistics;

/// <summary>Completed requests of both arms between two readings, and how they should have been shared.</summary>
/// <remarks>Immutable.</remarks>
public readonly record struct ShareBlock
{
    /// <summary>Makes a checked block.</summary>
    /// <param name="candidateRequests">Requests that the candidate completed, a count in [0, 2^53].</param>
    /// <param name="baselineRequests">Requests that the baseline completed, a count in [0, 2^53].</param>
    /// <param name="plannedShare">Share of both arms' requests that the weights send to the candidate, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ShareBlock(double candidateRequests, double baselineRequests, double plannedShare)
    {
        CandidateRequests = Require.Count(candidateRequests);
        BaselineRequests = Require.Count(baselineRequests);
        PlannedShare = Require.Ratio(plannedShare);
    }

    /// <summary>Requests that the candidate completed, a count.</summary>
    public double CandidateRequests { get; }

    /// <summary>Requests that the baseline completed, a count.</summary>
    public double BaselineRequests { get; }

    /// <summary>Share of both arms' requests that the weights send to the candidate, in [0, 1].</summary>
    public double PlannedShare { get; }

    /// <summary>Whether there were requests and both arms were to have some; without that a block changes no test.</summary>
    public bool IsInformative => PlannedShare is > 0 and < 1 && CandidateRequests + BaselineRequests > 0;

    /// <summary>Makes a block of numbers that came from outside and may be wrong.</summary>
    /// <param name="candidateRequests">Requests that the candidate completed.</param>
    /// <param name="baselineRequests">Requests that the baseline completed.</param>
    /// <param name="plannedShare">Share that the weights send to the candidate.</param>
    /// <param name="block">The block, or an empty one.</param>
    /// <returns>Whether the numbers were counts and a share.</returns>
    public static bool TryCreate(double candidateRequests, double baselineRequests, double plannedShare, out ShareBlock block)
    {
        var valid = Require.IsCount(candidateRequests) && Require.IsCount(baselineRequests) && plannedShare is >= 0 and <= 1;
        block = valid ? new(candidateRequests, baselineRequests, plannedShare) : default;
        return valid;
    }
}
