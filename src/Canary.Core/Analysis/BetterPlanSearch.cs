using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Looks for the fastest plan of weights for a given exposure.</summary>
/// <remarks>
/// Evidence per bad request is nearly the same under every small weight, so that a regression costs about as many bad requests however slowly it is approached; a larger weight
/// only finds it sooner. What many small steps buy is protection against a gross failure, and that is seen within seconds: one short step at the plan's first weight, then the
/// largest weight that the budget of bad requests allows.
/// </remarks>
internal static class BetterPlanSearch
{
    /// <summary>Beyond half of the traffic the stable revision becomes the smaller arm.</summary>
    private const int LargestWeight = 50;

    /// <summary>A first step is no shorter: some blocks must go by, and requests to young pods do not count.</summary>
    private static readonly TimeSpan ShortestStep = TimeSpan.FromMinutes(1);

    public static BetterPlan? Find(ErrorPower errors, PowerQuestion question, double mostBad)
    {
        var first = question.Steps[0].Weight;
        if (first.Percent is < 1 or >= LargestWeight)
        {
            return null;
        }

        BetterPlan? best = null;
        for (var percent = first.Percent; percent <= LargestWeight; percent++)
        {
            var plan = Plan(errors, question, first, new Weight(percent));
            if (plan is null || errors.Seen(plan, 0) is not { } seen)
            {
                continue;
            }

            var candidate = new BetterPlan(plan, seen, errors.Bad(plan, 0, seen));
            if (candidate.BadRequests <= mostBad * (1 + 1e-9) && (best is null || candidate.Duration < best.Duration))
            {
                best = candidate;
            }
        }

        return best;
    }

    private static ValueList<PlannedWeight>? Plan(ErrorPower errors, PowerQuestion question, Weight first, Weight second)
    {
        ValueList<PlannedWeight> shape = first == second
            ? [new(second, TimeSpan.FromDays(1)), new(Weight.Full, TimeSpan.FromMinutes(5))]
            : [new(first, TimeSpan.FromDays(1)), new(second, TimeSpan.FromDays(1)), new(Weight.Full, TimeSpan.FromMinutes(5))];

        // each step must see what first shows in it, and the last must accept what is good
        var last = shape.Count - 2;
        var needed = Math.Max(errors.SecondsToSee(second, question.Regression, errors.Threshold(shape, last)), errors.SecondsToAccept(second));
        var gross = errors.SecondsToSee(first, Math.Max(errors.Worst, question.Regression), errors.Threshold(shape, 0));
        if (PowerPlan.Time(needed) is not { } longer || PowerPlan.Time(gross) is not { } brief)
        {
            return null;
        }

        var after = shape[^1] with { Duration = question.Steps[^1].Weight == Weight.Full ? question.Steps[^1].Duration : shape[^1].Duration };
        return last == 0 ? [new(second, Rounded(longer)), after] : [new(first, Rounded(brief)), new(second, Rounded(longer)), after];
    }

    /// <summary>Whole minutes, which is how plans are written.</summary>
    private static TimeSpan Rounded(TimeSpan time) => time <= ShortestStep ? ShortestStep : TimeSpan.FromMinutes(Math.Ceiling(time.TotalMinutes));
}
