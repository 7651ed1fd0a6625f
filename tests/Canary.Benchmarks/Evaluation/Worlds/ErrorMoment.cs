namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Traffic of both arms at a time.</summary>
/// <param name="CandidateRate">Requests of the candidate per second.</param>
/// <param name="BaselineRate">Requests of the baseline per second.</param>
/// <param name="CandidateErrors">Share of the candidate's requests that are bad.</param>
/// <param name="BaselineErrors">Share of the baseline's requests that are bad.</param>
internal readonly record struct ErrorMoment(double CandidateRate, double BaselineRate, double CandidateErrors, double BaselineErrors)
{
    /// <summary>Traffic that is split by weight.</summary>
    public static ErrorMoment Split(double rate, double weight, double baselineErrors, double candidateErrors) =>
        new(rate * weight, rate * (1 - weight), candidateErrors, baselineErrors);
}
