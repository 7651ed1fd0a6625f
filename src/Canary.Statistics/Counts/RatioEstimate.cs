namespace Canary.Statistics;

/// <summary>How many times the baseline's error rate the candidate's is, with an interval that stays valid however often one looks.</summary>
/// <remarks>
/// <para>The estimate is the conditional maximum likelihood estimate, given for each block how many bad requests both arms had together: the candidate's share of
/// them is r nc / (r nc + nb), whatever the baseline's rate. The interval holds the ratios that a mixture of 41 others, from 1/50 to 50, has not refuted; it
/// ever misses the true ratio with at most the given probability, if the ratio is constant.</para>
/// <para>Source: docs/analysis.md. Checked in RatioEstimateTests. Immutable; equal by value.</para>
/// </remarks>
public sealed record RatioEstimate
{
    private const int GridPoints = 41;
    private const double GridEnd = 50;

    // beyond e^300 a ratio is a matter of words
    private const double Farthest = 300;
    private const int LargestIterations = 200;

    private RatioEstimate()
    {
    }

    /// <summary>The ratio of the rates, 0 to positive infinity (no bad request of the baseline); null before the first bad request.</summary>
    public required double? Ratio { get; init; }

    /// <summary>Lower end of the interval of the ratio, 0 or more.</summary>
    public required double Lower { get; init; }

    /// <summary>Upper end of the interval of the ratio; positive infinity while nothing bounds it.</summary>
    public required double Upper { get; init; }

    /// <summary>Share of the candidate's requests that were bad, in [0, 1]; null without requests.</summary>
    public required double? CandidateErrorRatio { get; init; }

    /// <summary>Share of the baseline's requests that were bad, in [0, 1]; null without requests.</summary>
    public required double? BaselineErrorRatio { get; init; }

    /// <summary>
    /// What the ratio adds to the baseline, percentage points: (ratio - 1) x the baseline's error ratio. Unlike the plain difference it is not misled by a weight that moved
    /// while the rates did. The plain difference when the baseline had no bad request; null without requests.
    /// </summary>
    public required double? DifferencePercentPoints { get; init; }

    /// <summary>Computes the estimate and its interval.</summary>
    /// <param name="history">The blocks so far.</param>
    /// <param name="errorProbability">Probability that the interval ever misses the true ratio, in (0, 1); 0.05 gives 95 %.</param>
    /// <param name="dispersion">Largest number of requests that fail together, or a measured substitute; at least 1. Widens the interval.</param>
    /// <returns>The estimate; without any bad request the interval is all ratios.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="history"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static RatioEstimate Of(
        RatioHistory history,
        double errorProbability = StatisticsDefaults.IntervalErrorProbability,
        double dispersion = StatisticsDefaults.Dispersion)
    {
        ArgumentNullException.ThrowIfNull(history);
        Require.Probability(errorProbability);
        Require.AtLeastOne(dispersion);
        double? candidate = history.CandidateRequests > 0 ? history.CandidateErrors / history.CandidateRequests : null;
        double? baseline = history.BaselineRequests > 0 ? history.BaselineErrors / history.BaselineRequests : null;
        if (history.LogOdds.Count == 0)
        {
            return new()
            {
                Ratio = null,
                Lower = 0,
                Upper = double.PositiveInfinity,
                CandidateErrorRatio = candidate,
                BaselineErrorRatio = baseline,
                DifferencePercentPoints = 100 * (candidate - baseline),
            };
        }

        var estimate = LogRatio(history);
        var threshold = Threshold(history, errorProbability, dispersion);
        return new()
        {
            Ratio = Math.Exp(estimate),
            Lower = history.CandidateErrors == 0 ? 0 : Math.Exp(End(history, dispersion, threshold, Start(history, estimate), -1)),
            Upper = history.BaselineErrors == 0 ? double.PositiveInfinity : Math.Exp(End(history, dispersion, threshold, Start(history, estimate), +1)),
            CandidateErrorRatio = candidate,
            BaselineErrorRatio = baseline,
            DifferencePercentPoints = 100 * (history.BaselineErrors == 0 ? candidate - baseline : (Math.Exp(estimate) - 1) * baseline),
        };
    }

    /// <summary>Log of the conditional maximum likelihood estimate: where the expected bad requests of the candidate are the observed ones.</summary>
    private static double LogRatio(RatioHistory history)
    {
        if (history.CandidateErrors == 0)
        {
            return double.NegativeInfinity;
        }

        if (history.BaselineErrors == 0)
        {
            return double.PositiveInfinity;
        }

        var naive = Math.Log(history.CandidateErrors / history.BaselineErrors);
        var low = naive - history.LogOdds[^1];
        var high = naive - history.LogOdds[0];
        var at = (low + high) / 2;
        for (var i = 0; i < LargestIterations && high - low > 1e-15 * (1 + Math.Abs(at)); i++)
        {
            var excess = -history.CandidateErrors;
            var slope = 0.0;
            for (var group = 0; group < history.LogOdds.Count; group++)
            {
                var errors = history.GroupCandidateErrors[group] + history.GroupBaselineErrors[group];
                var share = LogSpace.Logistic(at + history.LogOdds[group]);
                excess += errors * share;
                slope += errors * share * (1 - share);
            }

            (low, high) = excess > 0 ? (low, at) : (at, high);
            var next = at - excess / slope;
            if (Math.Abs(next - at) <= 1e-15 * (1 + Math.Abs(at)))
            {
                return next;
            }

            at = next > low && next < high ? next : (low + high) / 2;
        }

        return at;
    }

    private static double Threshold(RatioHistory history, double errorProbability, double dispersion)
    {
        Span<double> likelihoods = stackalloc double[GridPoints];
        Span<double> logWeights = stackalloc double[GridPoints];
        for (var i = 0; i < GridPoints; i++)
        {
            var position = Math.Log(GridEnd) * (2.0 * i / (GridPoints - 1) - 1.0);
            likelihoods[i] = LogLikelihood(history, position) / dispersion;
            logWeights[i] = -Math.Log(GridPoints);
        }

        return LogSpace.WeightedSum(logWeights, likelihoods) + Math.Log(errorProbability) - history.MergeError / dispersion;
    }

    /// <summary>Log likelihood of a log ratio, without the part that is the same for every ratio.</summary>
    private static double LogLikelihood(RatioHistory history, double logRatio)
    {
        var sum = 0.0;
        for (var group = 0; group < history.LogOdds.Count; group++)
        {
            var position = logRatio + history.LogOdds[group];
            var candidate = history.GroupCandidateErrors[group];
            var baseline = history.GroupBaselineErrors[group];

            // ln(share) is position - ln(1 + e^position): one logarithm serves both
            sum += candidate * position - (candidate + baseline) * LogSpace.SoftPlus(position);
        }

        return sum;
    }

    /// <summary>A log ratio inside the interval: the estimate, or with one arm without bad requests a ratio far enough to that side.</summary>
    private static double Start(RatioHistory history, double estimate) =>
        double.IsFinite(estimate) ? estimate : estimate < 0 ? -Farthest - history.LogOdds[^1] : Farthest - history.LogOdds[0];

    /// <summary>The log ratio on one side of the start where the likelihood, which falls on both sides of its top, meets the threshold.</summary>
    private static double End(RatioHistory history, double dispersion, double threshold, double start, int direction)
    {
        var inside = start;
        var step = 0.25;
        var outside = start + direction * step;
        while (LogLikelihood(history, outside) / dispersion > threshold && step < 2 * Farthest)
        {
            inside = outside;
            step *= 2;
            outside = start + direction * step;
        }

        for (var i = 0; i < LargestIterations; i++)
        {
            var middle = inside + (outside - inside) / 2;
            if (Math.Abs(outside - inside) <= 1e-13 * (1 + Math.Abs(middle)))
            {
                break;
            }

            (inside, outside) = LogLikelihood(history, middle) / dispersion > threshold ? (middle, outside) : (inside, middle);
        }

        // the outer side, so that rounding never makes the interval too small
        return outside;
    }
}
