namespace Canary.Statistics;

/// <summary>How long a count test will need, and what it can see in a given time.</summary>
/// <remarks>
/// The expected growth of the best alternative's log evidence, per second. For d0 = 0 that is the rate of bad requests times the Kullback-Leibler divergence of the candidate's
/// share of them from its share on the margin. Expected times are multiplied by <see cref="StatisticsDefaults.DelayFactor"/>, the measured cost of not knowing the alternative.
/// Source: docs/analysis.md. Pure; thread-safe.
/// </remarks>
public static class CountPlanning
{
    private const int Bisections = 100;

    /// <summary>Expected growth of the evidence.</summary>
    /// <param name="settings">The test, of either side.</param>
    /// <param name="traffic">Its traffic.</param>
    /// <param name="ratio">The candidate's rate as a multiple of the baseline's; finite, 0 or more. 1 asks how long an equally good candidate takes to be accepted.</param>
    /// <returns>Nats per second, 0 or more; 0 when the candidate is on the other side of the margin or an arm has no traffic.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ratio"/> is out of its range.</exception>
    public static double NatsPerSecond(CountTestSettings settings, in CountTraffic traffic, double ratio)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Math.Max(0, Growth(settings, traffic, ratio).Drift);
    }

    /// <summary>Expected time until the test decides.</summary>
    /// <param name="settings">The test, of either side.</param>
    /// <param name="traffic">Its traffic.</param>
    /// <param name="ratio">The candidate's rate as a multiple of the baseline's; finite, 0 or more.</param>
    /// <param name="logThreshold">Log evidence that decides (<see cref="Thresholds.LogThreshold(double, double)"/>); finite.</param>
    /// <param name="logEvidence">Log evidence now; finite.</param>
    /// <returns>Seconds, 0 or more; positive infinity when the evidence does not grow.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double SecondsToDecide(
        CountTestSettings settings, in CountTraffic traffic, double ratio, double logThreshold, double logEvidence = 0)
    {
        var missing = Require.Finite(logThreshold) - Require.Finite(logEvidence);
        var growth = NatsPerSecond(settings, traffic, ratio);
        return missing <= 0 ? 0 : growth == 0 ? double.PositiveInfinity : StatisticsDefaults.DelayFactor * missing / growth;
    }

    /// <summary>The smallest regression that a rollback test is expected to see in the given time.</summary>
    /// <param name="settings">A test of the rollback side.</param>
    /// <param name="traffic">Its traffic.</param>
    /// <param name="seconds">Time left; greater than 0.</param>
    /// <param name="logThreshold">Log evidence that decides; finite.</param>
    /// <param name="logEvidence">Log evidence now; finite.</param>
    /// <returns>The candidate's rate as a multiple of the baseline's; positive infinity when even a candidate that fails every request would not be seen.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="settings"/> are of the acceptance side.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double MinimumDetectableRatio(
        CountTestSettings settings, in CountTraffic traffic, double seconds, double logThreshold, double logEvidence = 0)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Require.Positive(seconds);
        if (!settings.SeeksWorse)
        {
            throw new ArgumentException("Only a rollback test sees regressions.", nameof(settings));
        }

        if (traffic.BaselineErrorRatio == 0)
        {
            return double.PositiveInfinity;
        }

        var low = Math.Log(settings.MarginRatio);
        var high = Math.Max(low, -Math.Log(traffic.BaselineErrorRatio));
        if (SecondsToDecide(settings, traffic, Math.Exp(high), logThreshold, logEvidence) > seconds)
        {
            return double.PositiveInfinity;
        }

        for (var i = 0; i < Bisections && high - low > 1e-12; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = SecondsToDecide(settings, traffic, Math.Exp(middle), logThreshold, logEvidence) <= seconds ? (low, middle) : (middle, high);
        }

        return Math.Exp(high);
    }

    /// <summary>What the best alternative's log evidence gains per second, on average and in variance; the gain is at most 0 on the other side of the margin.</summary>
    internal static (double Drift, double Variance) Growth(CountTestSettings settings, in CountTraffic traffic, double ratio)
    {
        Require.NotNegative(ratio);
        if (traffic.CandidateRate == 0 || traffic.BaselineRate == 0)
        {
            return (0, 0);
        }

        var candidateErrors = traffic.CandidateRate * Math.Min(1, ratio * traffic.BaselineErrorRatio);
        var baselineErrors = traffic.BaselineRate * traffic.BaselineErrorRatio;
        var share = CountTest.MarginShare(settings.MarginRatio, traffic.CandidateRate, traffic.BaselineRate);
        var allowance = settings.MarginDifference * traffic.CandidateRate;
        var best = BestAlternative(settings, share, candidateErrors, baselineErrors, allowance);
        var lean = share * (best - 1);
        var logBaseline = -LogSpace.LogOnePlus(lean);
        var logCandidate = Math.Log(best) + logBaseline;
        var drift = Times(candidateErrors, logCandidate) + Times(baselineErrors, logBaseline) - allowance * (1 - share) * (best - 1) / (1 + lean);

        // as many clusters as the dispersion leaves, each counted once
        var variance = Times(candidateErrors, logCandidate * logCandidate) + Times(baselineErrors, logBaseline * logBaseline);
        return (drift / settings.Dispersion, variance / settings.Dispersion);
    }

    // Growth is largest at the positive root of xb w^2 rho^2 - (1-w) (w (xc - xb) - d) rho - xc (1-w)^2 = 0, with d the allowance per second; the test has only the alternatives of its grid's range.
    private static double BestAlternative(CountTestSettings settings, double share, double candidateErrors, double baselineErrors, double allowance)
    {
        var rest = 1 - share;
        var square = baselineErrors * share * share;
        var linear = rest * (share * (candidateErrors - baselineErrors) - allowance);
        var constant = candidateErrors * rest * rest;
        var root = Math.Sqrt(linear * linear + 4 * square * constant);
        var best = linear > 0
            ? square == 0 ? double.PositiveInfinity : (linear + root) / (2 * square)
            : root == linear ? 1 : 2 * constant / (root - linear);
        return settings.SeeksWorse ? Math.Clamp(best, 1, settings.Grid.Max()) : Math.Clamp(best, settings.Grid.Min(), 1);
    }

    // an event that never happens costs nothing, however much a single one would
    private static double Times(double rate, double value) => rate == 0 ? 0 : rate * value;
}
