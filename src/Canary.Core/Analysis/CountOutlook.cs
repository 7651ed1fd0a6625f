using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>What a count test will say, and when, if the traffic stays as it is.</summary>
/// <param name="SecondsToDecide">Time until it decides; null when it does not, or nothing can be said.</param>
/// <param name="SmallestVisibleRatio">The smallest ratio, there since the exposure, that it would prove by the end of the step; null when none, or nothing can be said.</param>
internal readonly record struct CountOutlook(double? SecondsToDecide, double? SmallestVisibleRatio)
{
    /// <summary>With fewer bad stable requests than this their ratio is too uncertain to plan with.</summary>
    private const double FewestBad = 5;

    public static CountOutlook Of(
        Margins margins, MetricTerms terms, double stableBad, MetricState state, RatioEstimate estimate, Pace pace, Circumstances about, double evidence, double accepts)
    {
        if (estimate.BaselineErrorRatio is not { } bad || stableBad < FewestBad || pace is not { Stable: { } stable, Candidate: { } candidate })
        {
            return default;
        }

        var rollback = CountTestSettings.Rollback(margins.Ratio, margins.Difference, terms.Dispersion);
        var acceptance = CountTestSettings.Acceptance(margins.AcceptRatio, margins.AcceptDifference, terms.Dispersion);
        var traffic = new CountTraffic(candidate, stable, bad);
        var ratio = estimate.Ratio ?? 1;
        var worse = double.IsFinite(ratio) ? CountPlanning.SecondsToDecide(rollback, traffic, ratio, about.LogThreshold, Math.Min(evidence, about.LogThreshold)) : double.PositiveInfinity;
        var better = double.IsFinite(ratio) ? CountPlanning.SecondsToDecide(acceptance, traffic, ratio, about.LogAccepted, Math.Min(accepts, about.LogAccepted)) : double.PositiveInfinity;
        var soonest = Math.Min(worse, better);
        return new CountOutlook(double.IsFinite(soonest) ? soonest : null, Smallest(rollback, traffic, state, about));
    }

    /// <summary>Whether the whole interval lies within the acceptance bound.</summary>
    /// <remarks>Source: statistics 3.7. The interval says more than the acceptance test needs to, but at another time.</remarks>
    public static bool IsWithin(RatioEstimate estimate, Margins margins, double? stableBad) =>
        estimate.Ratio is not null && estimate.Upper <= margins.AcceptRatio + (stableBad > 0 ? margins.AcceptDifference / stableBad.Value : 0);

    private static double? Smallest(CountTestSettings rollback, in CountTraffic traffic, MetricState state, Circumstances about)
    {
        if (about.SecondsLeft is not { } left)
        {
            return null;
        }

        var seconds = left + state.Blocks.Where(block => block.Exposed).Sum(block => block.Seconds);
        var smallest = seconds > 0 ? CountPlanning.MinimumDetectableRatio(rollback, traffic, seconds, about.LogThreshold) : double.PositiveInfinity;
        return double.IsFinite(smallest) ? smallest : null;
    }
}
