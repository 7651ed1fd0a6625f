using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Looks for the fastest plan of weights for a given exposure, and makes it one that a manifest can have.</summary>
internal static class BetterPlanSearch
{
    /// <summary>Steps are no shorter: some blocks must go by, and requests to young pods do not count.</summary>
    private static readonly TimeSpan ShortestStep = TimeSpan.FromMinutes(1);

    public static BetterPlan? Find(ErrorPower errors, PowerQuestion question, double mostBad)
    {
        if (mostBad <= 0 || errors.Fastest(mostBad) is not { } fastest)
        {
            return null;
        }

        // weights below 1 % are none of a manifest's
        var steps = fastest.Steps.Where(step => step.CandidateShare >= 0.01).Select(step => new PlannedWeight(new Weight((int)Math.Round(100 * step.CandidateShare)), Rounded(step.Seconds))).ToList();
        if (steps.Count == 0)
        {
            return null;
        }

        // the last weight must also see what first shows under it, and accept what is good
        var end = question.Steps[^1].Weight == Weight.Full ? question.Steps[^1] : new PlannedWeight(Weight.Full, TimeSpan.FromMinutes(5));
        var last = errors.Step([.. steps, end], steps.Count - 1);
        if (last.Needed is not { } needed || last.TimeToAccept is not { } accepts)
        {
            return null;
        }

        steps[^1] = steps[^1] with { Duration = Rounded(Math.Max(steps[^1].Duration.TotalSeconds, Math.Max(needed.TotalSeconds, accepts.TotalSeconds))) };
        ValueList<PlannedWeight> plan = [.. steps, end];
        return errors.Seen(plan, 0) is { } seen ? new BetterPlan(plan, seen, errors.Bad(plan, 0, seen), mostBad) : null;
    }

    /// <summary>Whole minutes, which is how plans are written.</summary>
    private static TimeSpan Rounded(double seconds) => seconds <= ShortestStep.TotalSeconds ? ShortestStep : TimeSpan.FromMinutes(Math.Ceiling(seconds / ShortestStep.TotalSeconds));
}
