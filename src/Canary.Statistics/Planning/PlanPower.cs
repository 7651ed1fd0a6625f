namespace Canary.Statistics;

/// <summary>What a plan of weights can see with a count test of either side: how likely, how soon, and from which ratio on.</summary>
/// <remarks>
/// <para>The log evidence of the best alternative is taken for a Gaussian walk with the drift and variance of independent errors; the chance that it ever reaches a threshold b by the end of the plan
/// is Phi((M - b) / s) + e^(2 M b / V) Phi((-M - b) / s), with M and V = s^2 the drift and variance of the whole plan. The threshold is multiplied by <see cref="StatisticsDefaults.DelayFactor"/>, the cost of not
/// knowing the alternative. Approximate: within about 10 percentage points of simulated tests (PlanPowerTests).</para>
/// <para>Source: the first passage of a Brownian motion with drift, A. Wald, "Sequential Analysis" (1947). Pure; thread-safe.</para>
/// </remarks>
public static class PlanPower
{
    private const int Bisections = 100;

    /// <summary>The chance that the test decides before the plan ends.</summary>
    /// <param name="settings">The test, of either side.</param>
    /// <param name="plan">The weights, in order of time.</param>
    /// <param name="requestRate">Requests per second of both arms together; finite, greater than 0.</param>
    /// <param name="baselineErrorRatio">Share of the baseline's requests that are bad, in [0, 1].</param>
    /// <param name="ratio">The candidate's rate as a multiple of the baseline's; finite, 0 or more.</param>
    /// <param name="logThreshold">Log evidence that decides; finite. Add -ln of the first stake when the budget is staked in parts (<see cref="RestartSchedule"/>).</param>
    /// <returns>A probability; 0 when the evidence does not grow.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double Power(
        CountTestSettings settings, IReadOnlyList<WeightStep> plan, double requestRate, double baselineErrorRatio, double ratio, double logThreshold)
    {
        RequirePlan(settings, plan, requestRate, logThreshold);
        var (drift, variance) = (0.0, 0.0);
        foreach (var step in plan)
        {
            var growth = CountPlanning.Growth(settings, step.Traffic(requestRate, baselineErrorRatio), ratio);
            if (double.IsPositiveInfinity(step.Seconds) && growth.Drift > 0)
            {
                return 1;
            }

            drift += growth.Drift > 0 ? growth.Drift * step.Seconds : 0;
            variance += growth.Drift > 0 ? growth.Variance * step.Seconds : 0;
        }

        return FirstPassage(StatisticsDefaults.DelayFactor * logThreshold, drift, variance);
    }

    /// <summary>Expected time from the start of the plan until the test decides.</summary>
    /// <param name="settings">The test, of either side.</param>
    /// <param name="plan">The weights, in order of time.</param>
    /// <param name="requestRate">Requests per second of both arms together; finite, greater than 0.</param>
    /// <param name="baselineErrorRatio">Share of the baseline's requests that are bad, in [0, 1].</param>
    /// <param name="ratio">The candidate's rate as a multiple of the baseline's; finite, 0 or more.</param>
    /// <param name="logThreshold">Log evidence that decides; finite.</param>
    /// <returns>Seconds, 0 or more; positive infinity when the plan ends before.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double SecondsToDecide(
        CountTestSettings settings, IReadOnlyList<WeightStep> plan, double requestRate, double baselineErrorRatio, double ratio, double logThreshold)
    {
        RequirePlan(settings, plan, requestRate, logThreshold);
        var missing = StatisticsDefaults.DelayFactor * logThreshold;
        var seconds = 0.0;
        foreach (var step in plan)
        {
            var drift = CountPlanning.Growth(settings, step.Traffic(requestRate, baselineErrorRatio), ratio).Drift;
            if (missing <= 0 || (drift > 0 && missing <= drift * step.Seconds))
            {
                return seconds + Math.Max(0, missing) / Math.Max(drift, double.Epsilon);
            }

            missing -= drift > 0 ? drift * step.Seconds : 0;
            seconds += step.Seconds;
        }

        return missing <= 0 ? seconds : double.PositiveInfinity;
    }

    /// <summary>The smallest regression that a rollback test sees within the plan with a given chance.</summary>
    /// <param name="settings">A test of the rollback side.</param>
    /// <param name="plan">The weights, in order of time.</param>
    /// <param name="requestRate">Requests per second of both arms together; finite, greater than 0.</param>
    /// <param name="baselineErrorRatio">Share of the baseline's requests that are bad, in [0, 1].</param>
    /// <param name="logThreshold">Log evidence that decides; finite.</param>
    /// <param name="power">The chance, in (0, 1).</param>
    /// <returns>The candidate's rate as a multiple of the baseline's; positive infinity when even a candidate that fails every request would not be seen.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="settings"/> are of the acceptance side.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double MinimumDetectableRatio(
        CountTestSettings settings,
        IReadOnlyList<WeightStep> plan,
        double requestRate,
        double baselineErrorRatio,
        double logThreshold,
        double power = StatisticsDefaults.WantedPower)
    {
        RequirePlan(settings, plan, requestRate, logThreshold);
        Require.Probability(power);
        if (!settings.SeeksWorse)
        {
            throw new ArgumentException("Only a rollback test sees regressions.", nameof(settings));
        }

        if (baselineErrorRatio == 0 || Power(settings, plan, requestRate, baselineErrorRatio, 1 / baselineErrorRatio, logThreshold) < power)
        {
            return double.PositiveInfinity;
        }

        var (low, high) = (0.0, -Math.Log(baselineErrorRatio));
        for (var i = 0; i < Bisections && high - low > 1e-12; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Power(settings, plan, requestRate, baselineErrorRatio, Math.Exp(middle), logThreshold) >= power ? (low, middle) : (middle, high);
        }

        return Math.Exp(high);
    }

    /// <summary>The chance that a Gaussian walk ever was above a threshold.</summary>
    internal static double FirstPassage(double threshold, double drift, double variance)
    {
        if (threshold <= 0 || variance == 0)
        {
            return threshold <= 0 || drift >= threshold ? 1 : 0;
        }

        // the second term's exponent and the square in its cumulative normal cancel to that of the first
        var deviation = Math.Sqrt(variance);
        var square = (threshold - drift) * (threshold - drift) / (2 * variance);
        var above = Math.Exp(OneSidedNormalMixture.LogScaledCumulative((drift - threshold) / deviation) - square);
        return Math.Min(1, above + Math.Exp(OneSidedNormalMixture.LogScaledCumulative((-drift - threshold) / deviation) - square));
    }

    private static void RequirePlan(CountTestSettings settings, IReadOnlyList<WeightStep> plan, double requestRate, double logThreshold)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(plan);
        Require.Positive(requestRate);
        Require.Finite(logThreshold);
    }
}
