namespace Canary.Statistics;

/// <summary>What happened in both arms between two readings: requests and, among them, bad ones.</summary>
/// <remarks>Immutable. The guarantee of the tests is for whole numbers; fractions (float histograms) are accepted, and then it is approximate.</remarks>
public readonly record struct CountBlock
{
    /// <summary>Makes a block of checked counts.</summary>
    /// <param name="candidateRequests">Requests that the candidate answered, a count in [0, 2^53].</param>
    /// <param name="baselineRequests">Requests that the baseline answered in the same time, a count in [0, 2^53].</param>
    /// <param name="candidateErrors">Bad ones among the candidate's, a count in [0, <paramref name="candidateRequests"/>].</param>
    /// <param name="baselineErrors">Bad ones among the baseline's, a count in [0, <paramref name="baselineRequests"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, NaN, infinite or above 2^53, or there are more errors than requests.</exception>
    public CountBlock(double candidateRequests, double baselineRequests, double candidateErrors, double baselineErrors)
    {
        CandidateRequests = Require.Count(candidateRequests);
        BaselineRequests = Require.Count(baselineRequests);
        CandidateErrors = Errors(candidateErrors, candidateRequests, nameof(candidateErrors));
        BaselineErrors = Errors(baselineErrors, baselineRequests, nameof(baselineErrors));
    }

    /// <summary>Requests that the candidate answered, a count.</summary>
    public double CandidateRequests { get; }

    /// <summary>Requests that the baseline answered, a count.</summary>
    public double BaselineRequests { get; }

    /// <summary>Bad requests of the candidate, a count of at most <see cref="CandidateRequests"/>.</summary>
    public double CandidateErrors { get; }

    /// <summary>Bad requests of the baseline, a count of at most <see cref="BaselineRequests"/>.</summary>
    public double BaselineErrors { get; }

    /// <summary>Whether both arms had traffic; without it a block says nothing and changes no test.</summary>
    public bool IsInformative => CandidateRequests > 0 && BaselineRequests > 0;

    /// <summary>Makes a block of numbers that came from outside and may be wrong.</summary>
    /// <param name="candidateRequests">Requests that the candidate answered.</param>
    /// <param name="baselineRequests">Requests that the baseline answered.</param>
    /// <param name="candidateErrors">Bad ones among the candidate's.</param>
    /// <param name="baselineErrors">Bad ones among the baseline's.</param>
    /// <param name="block">The block, or an empty one.</param>
    /// <returns>Whether the numbers were counts with no more errors than requests.</returns>
    public static bool TryCreate(double candidateRequests, double baselineRequests, double candidateErrors, double baselineErrors, out CountBlock block)
    {
        var valid = Require.IsCount(candidateRequests) && Require.IsCount(baselineRequests)
            && candidateErrors >= 0 && candidateErrors <= candidateRequests && baselineErrors >= 0 && baselineErrors <= baselineRequests;
        block = valid ? new(candidateRequests, baselineRequests, candidateErrors, baselineErrors) : default;
        return valid;
    }

    /// <summary>Adds another block to this one, as if they had been read as one.</summary>
    /// <param name="other">The other block.</param>
    /// <returns>The sum of all four counts. Exact for the tests only while the exposure of the arms keeps its proportion.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A sum is above 2^53.</exception>
    public CountBlock Plus(in CountBlock other) => new(
        CandidateRequests + other.CandidateRequests,
        BaselineRequests + other.BaselineRequests,
        CandidateErrors + other.CandidateErrors,
        BaselineErrors + other.BaselineErrors);

    private static double Errors(double errors, double requests, string name) =>
        errors >= 0 && errors <= requests
            ? errors
            : throw new ArgumentOutOfRangeException(name, errors, $"Errors are a count from 0 to the {requests} requests.");
}
