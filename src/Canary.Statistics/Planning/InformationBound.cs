namespace Canary.Statistics;

/// <summary>The least time that any sequential test needs, on average, to tell two error ratios apart with full power: the measure of all delays.</summary>
/// <param name="NatsPerRequest">Information of one request of either arm when the baseline's ratio is unknown, nats, 0 or more.</param>
/// <param name="Seconds">Least expected time when the baseline's ratio is unknown, seconds; positive infinity for equal ratios.</param>
/// <param name="SecondsKnownBaseline">Least expected time when the baseline's ratio is known, seconds; positive infinity for equal ratios.</param>
/// <remarks>Source: A. Wald, Annals of Mathematical Statistics 16 (1945), with the least favourable common ratio, which is the pooled one. Immutable.</remarks>
public readonly record struct InformationBound(double NatsPerRequest, double Seconds, double SecondsKnownBaseline)
{
    /// <summary>Computes the bound.</summary>
    /// <param name="baselineErrorRatio">Share of bad requests in the baseline, in [0, 1].</param>
    /// <param name="candidateErrorRatio">Share of bad requests in the candidate, in [0, 1].</param>
    /// <param name="requestRate">Requests per second of both arms together; finite, greater than 0.</param>
    /// <param name="candidateShare">Share of requests that go to the candidate, in (0, 1).</param>
    /// <param name="errorProbability">Probability of a false alarm, in (0, 1).</param>
    /// <param name="marginRatio">r0: what must be refuted is a candidate's ratio of at most r0 times the baseline's plus d0. Finite, greater than 0.</param>
    /// <param name="marginDifference">d0, in [0, 1).</param>
    /// <returns>The bound; no information and infinite times when the candidate is within the margin.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static InformationBound Compute(
        double baselineErrorRatio,
        double candidateErrorRatio,
        double requestRate,
        double candidateShare,
        double errorProbability,
        double marginRatio = 1,
        double marginDifference = 0)
    {
        Require.Ratio(baselineErrorRatio);
        Require.Ratio(candidateErrorRatio);
        Require.Positive(requestRate);
        Require.Probability(candidateShare);
        var needed = Thresholds.LogThreshold(errorProbability);
        Require.Positive(marginRatio);
        Require.BelowOne(marginDifference);
        var margin = marginRatio * baselineErrorRatio + marginDifference;
        if (candidateErrorRatio <= margin)
        {
            return new(0, double.PositiveInfinity, double.PositiveInfinity);
        }

        // the least favourable pair of ratios on the margin; without one it is the pooled ratio
        var pooled = candidateShare * candidateErrorRatio + (1 - candidateShare) * baselineErrorRatio;
        var least = marginRatio == 1 && marginDifference == 0
            ? new(candidateErrorRatio, baselineErrorRatio, pooled, pooled)
            : BinomialBet.Against(candidateErrorRatio, baselineErrorRatio, new(candidateShare, 1 - candidateShare, 0, 0), marginRatio, marginDifference);
        var nats = candidateShare * Divergence(candidateErrorRatio, least.MarginCandidate) + (1 - candidateShare) * Divergence(baselineErrorRatio, least.MarginBaseline);
        var known = candidateShare * Divergence(candidateErrorRatio, margin);
        return new(nats, needed / (requestRate * nats), needed / (requestRate * known));
    }

    /// <summary>Kullback-Leibler divergence of one Bernoulli law from another, nats.</summary>
    internal static double Divergence(double actual, double assumed) => Math.Max(0, Part(actual, assumed) + Part(1 - actual, 1 - assumed));

    private static double Part(double actual, double assumed) => actual == 0 ? 0 : actual * Math.Log(actual / assumed);
}
