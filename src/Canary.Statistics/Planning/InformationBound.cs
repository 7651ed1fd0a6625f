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
    /// <returns>The bound, without a margin.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static InformationBound Compute(
        double baselineErrorRatio, double candidateErrorRatio, double requestRate, double candidateShare, double errorProbability)
    {
        Require.Ratio(baselineErrorRatio);
        Require.Ratio(candidateErrorRatio);
        Require.Positive(requestRate);
        Require.Probability(candidateShare);
        var needed = Thresholds.LogThreshold(errorProbability);
        var pooled = candidateShare * candidateErrorRatio + (1 - candidateShare) * baselineErrorRatio;
        var nats = candidateShare * Divergence(candidateErrorRatio, pooled) + (1 - candidateShare) * Divergence(baselineErrorRatio, pooled);
        var known = candidateShare * Divergence(candidateErrorRatio, baselineErrorRatio);
        return new(nats, needed / (requestRate * nats), needed / (requestRate * known));
    }

    /// <summary>Kullback-Leibler divergence of one Bernoulli law from another, nats.</summary>
    internal static double Divergence(double actual, double assumed) => Math.Max(0, Part(actual, assumed) + Part(1 - actual, 1 - assumed));

    private static double Part(double actual, double assumed) => actual == 0 ? 0 : actual * Math.Log(actual / assumed);
}
