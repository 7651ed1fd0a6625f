namespace Canary.Statistics;

/// <summary>What evidence means, and when it is enough.</summary>
/// <remarks>Source: Ville's inequality; a nonnegative process with expectation at most 1 ever reaches 1 / alpha with probability at most alpha. Pure; thread-safe.</remarks>
public static class Thresholds
{
    /// <summary>The evidence that decides.</summary>
    /// <param name="errorProbability">Probability of deciding wrongly, ever; in (0, 1).</param>
    /// <returns>Natural logarithm of 1 / <paramref name="errorProbability"/>; decide when log evidence is at least this.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in (0, 1).</exception>
    public static double LogThreshold(double errorProbability) => -Math.Log(Require.Probability(errorProbability));

    /// <summary>The evidence with which one metric alone decides in a weighted average.</summary>
    /// <param name="errorProbability">Probability of deciding wrongly, ever; in (0, 1).</param>
    /// <param name="weight">The metric's weight in the average, in (0, 1].</param>
    /// <returns>Natural logarithm of 1 / (<paramref name="weight"/> x <paramref name="errorProbability"/>).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double LogThreshold(double errorProbability, double weight)
    {
        Require.Positive(weight);
        return LogThreshold(errorProbability) - Math.Log(Require.Ratio(weight));
    }

    /// <summary>Whether the evidence is enough.</summary>
    /// <param name="logEvidence">Natural logarithm of the evidence; not NaN.</param>
    /// <param name="errorProbability">Probability of deciding wrongly, ever; in (0, 1).</param>
    /// <returns>True from the threshold upwards.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The evidence is NaN or the probability is not in (0, 1).</exception>
    public static bool IsReached(double logEvidence, double errorProbability) =>
        double.IsNaN(logEvidence)
            ? throw new ArgumentOutOfRangeException(nameof(logEvidence), logEvidence, "Evidence is a number.")
            : logEvidence >= LogThreshold(errorProbability);
}
