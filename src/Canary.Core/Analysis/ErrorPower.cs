using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>How fast evidence on the ratio of errors grows under each weight.</summary>
internal sealed class ErrorPower(PowerQuestion question, double errorRatio)
{
    private readonly CountTestSettings _rollback = CountTestSettings.Rollback(question.Margins.Ratio, question.Margins.Difference, question.Dispersion);
    private readonly CountTestSettings _acceptance = CountTestSettings.Acceptance(question.Margins.AcceptRatio, question.Margins.AcceptDifference, question.Dispersion);
    private readonly double _share = question.LatencyBounds.Count == 0 ? 1 : question.ErrorShare;

    private double LogAccepted => Thresholds.LogThreshold(question.MissedRegression);

    /// <summary>The ratio of a candidate that fails every request.</summary>
    public double Worst => 1 / errorRatio;

    public PowerStep Step(ValueList<PlannedWeight> plan, int index)
    {
        var step = plan[index];
        var seen = Seen(plan, index);
        var smallest = IsCompared(step.Weight)
            ? CountPlanning.MinimumDetectableRatio(_rollback, Traffic(step.Weight), step.Duration.TotalSeconds, Threshold(plan, index))
            : double.PositiveInfinity;
        return new PowerStep
        {
            Step = step,
            TimeToSee = seen,
            SmallestRatio = double.IsFinite(smallest) ? smallest : null,
            Needed = PowerPlan.Time(SecondsToSee(step.Weight, question.Regression, Threshold(plan, index))),
            TimeToAccept = PowerPlan.Time(IsCompared(step.Weight) ? CountPlanning.SecondsToDecide(_acceptance, Traffic(step.Weight), 1, LogAccepted) : double.PositiveInfinity),
            BadRequests = Bad(plan, index, seen),
        };
    }

    /// <summary>When a regression is seen that first shows at the beginning of a step, counted from there; null when the plan ends before.</summary>
    public TimeSpan? Seen(ValueList<PlannedWeight> plan, int from) =>
        Walk(plan, from, Threshold(plan, from), weight => CountPlanning.NatsPerSecond(_rollback, Traffic(weight), question.Regression));

    /// <summary>When an equally good candidate is accepted; null when the plan ends before.</summary>
    public TimeSpan? Accepted(ValueList<PlannedWeight> plan) =>
        Walk(plan, 0, LogAccepted, weight => CountPlanning.NatsPerSecond(_acceptance, Traffic(weight), 1));

    /// <summary>Bad requests beyond the usual ones for so long from the beginning of a step; to the plan's end when <paramref name="until"/> is null.</summary>
    public double Bad(ValueList<PlannedWeight> plan, int from, TimeSpan? until)
    {
        var left = until?.TotalSeconds ?? double.PositiveInfinity;
        var bad = 0.0;
        foreach (var step in plan.Skip(from))
        {
            var seconds = Math.Min(left, step.Duration.TotalSeconds);
            bad += seconds * BadPerSecond(step.Weight);
            left -= seconds;
        }

        return bad;
    }

    public double BadPerSecond(Weight weight) =>
        question.RequestsPerSecond * weight.Percent / 100 * (Math.Min(1, question.Regression * errorRatio) - errorRatio);

    /// <summary>How long one weight alone takes; positive infinity when it never does.</summary>
    public double SecondsToSee(Weight weight, double regression, double threshold) =>
        IsCompared(weight) ? CountPlanning.SecondsToDecide(_rollback, Traffic(weight), regression, threshold) : double.PositiveInfinity;

    public double SecondsToAccept(Weight weight) =>
        IsCompared(weight) ? CountPlanning.SecondsToDecide(_acceptance, Traffic(weight), 1, LogAccepted) : double.PositiveInfinity;

    /// <summary>What the evidence must reach that begins at a step: the budget's share of the metric, and of it what the step stakes.</summary>
    public double Threshold(ValueList<PlannedWeight> plan, int step)
    {
        var compared = plan.Count(planned => IsCompared(planned.Weight));
        var schedule = RestartSchedule.Default(Math.Max(0, compared - 1));
        var share = schedule.ShareAt(Math.Min(step, Math.Max(0, compared - 1)));
        return Thresholds.LogThreshold(question.FalseRollback, _share) - Math.Log(share);
    }

    private static bool IsCompared(Weight weight) => weight > Weight.Zero && weight < Weight.Full;

    private static TimeSpan? Walk(ValueList<PlannedWeight> plan, int from, double threshold, Func<Weight, double> natsPerSecond)
    {
        var missing = threshold * StatisticsDefaults.DelayFactor;
        var seconds = 0.0;
        foreach (var step in plan.Skip(from))
        {
            var nats = IsCompared(step.Weight) ? natsPerSecond(step.Weight) : 0;
            if (nats * step.Duration.TotalSeconds >= missing)
            {
                return TimeSpan.FromSeconds(seconds + missing / nats);
            }

            missing -= nats * step.Duration.TotalSeconds;
            seconds += step.Duration.TotalSeconds;
        }

        return null;
    }

    private CountTraffic Traffic(Weight weight) => new(question.RequestsPerSecond * weight.Percent / 100, question.RequestsPerSecond * (100 - weight.Percent) / 100, errorRatio);
}
