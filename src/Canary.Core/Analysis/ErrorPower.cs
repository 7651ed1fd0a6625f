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

    public PowerStep Step(ValueList<PlannedWeight> plan, int index)
    {
        var step = plan[index];
        var seen = Seen(plan, index);
        var alone = Steps([step]);
        var threshold = Threshold(plan, index);
        var smallest = PlanPower.MinimumDetectableRatio(_rollback, alone, question.RequestsPerSecond, errorRatio, threshold);
        return new PowerStep
        {
            Step = step,
            TimeToSee = seen,
            Chance = PlanPower.Power(_rollback, alone, question.RequestsPerSecond, errorRatio, question.Regression, threshold),
            SmallestRatio = double.IsFinite(smallest) ? smallest : null,
            Needed = PowerPlan.Time(SecondsToDecide(_rollback, step.Weight, question.Regression, threshold)),
            TimeToAccept = PowerPlan.Time(SecondsToDecide(_acceptance, step.Weight, 1, LogAccepted)),
            BadRequests = Bad(plan, index, seen),
        };
    }

    /// <summary>When a regression is seen that first shows at the beginning of a step, counted from there; null when the plan ends before.</summary>
    public TimeSpan? Seen(ValueList<PlannedWeight> plan, int from) =>
        PowerPlan.Time(PlanPower.SecondsToDecide(_rollback, Steps(plan.Skip(from)), question.RequestsPerSecond, errorRatio, question.Regression, Threshold(plan, from)));

    /// <summary>The chance that a regression is seen that is there from the start.</summary>
    public double Chance(ValueList<PlannedWeight> plan) =>
        PlanPower.Power(_rollback, Steps(plan), question.RequestsPerSecond, errorRatio, question.Regression, Threshold(plan, 0));

    /// <summary>When an equally good candidate is accepted; null when the plan ends before.</summary>
    public TimeSpan? Accepted(ValueList<PlannedWeight> plan) =>
        PowerPlan.Time(PlanPower.SecondsToDecide(_acceptance, Steps(plan), question.RequestsPerSecond, errorRatio, 1, LogAccepted));

    /// <summary>The fastest plan that loses no more than so many requests to any regression; it ends when the regression is seen, if it was there from the start.</summary>
    public WeightPlan? Fastest(double mostBad) => PlanOfWeights.Fastest(
        _rollback, question.RequestsPerSecond, errorRatio, question.Regression, mostBad, Thresholds.LogThreshold(question.FalseRollback, _share) - Math.Log(StatisticsDefaults.FirstStake));

    /// <summary>Most bad requests that any regression costs from the one asked for to a candidate that fails every request, with the time between two looks.</summary>
    public double Costliest(ValueList<PlannedWeight> plan)
    {
        const int Regressions = 24;
        var worst = Math.Max(question.Regression, 1 / errorRatio);
        return Enumerable.Range(0, Regressions + 1)
            .Select(i => question.Regression * Math.Pow(worst / question.Regression, (double)i / Regressions))
            .Max(ratio => Lost(plan, ratio));
    }

    /// <summary>Bad requests beyond the usual ones for so long from the beginning of a step; to the plan's end when <paramref name="until"/> is null.</summary>
    public double Bad(ValueList<PlannedWeight> plan, int from, TimeSpan? until)
    {
        var left = until?.TotalSeconds ?? double.PositiveInfinity;
        var bad = 0.0;
        foreach (var step in plan.Skip(from))
        {
            var seconds = Math.Min(left, step.Duration.TotalSeconds);
            bad += seconds * BadPerSecond(step.Weight, question.Regression);
            left -= seconds;
        }

        return bad;
    }

    /// <summary>What the evidence must reach that begins at a step: the budget's share of the metric, and of it what the step stakes.</summary>
    private double Threshold(ValueList<PlannedWeight> plan, int step)
    {
        var compared = plan.Count(planned => IsCompared(planned.Weight));
        var schedule = RestartSchedule.Default(Math.Max(0, compared - 1));
        var share = schedule.ShareAt(Math.Min(step, Math.Max(0, compared - 1)));
        return Thresholds.LogThreshold(question.FalseRollback, _share) - Math.Log(share);
    }

    private static bool IsCompared(Weight weight) => weight > Weight.Zero && weight < Weight.Full;

    private static List<WeightStep> Steps(IEnumerable<PlannedWeight> plan) => [.. plan.Select(step => new WeightStep(step.Weight.Percent / 100.0, step.Duration.TotalSeconds))];

    private double Lost(ValueList<PlannedWeight> plan, double ratio)
    {
        var seen = PlanPower.SecondsToDecide(_rollback, Steps(plan), question.RequestsPerSecond, errorRatio, ratio, Threshold(plan, 0));
        var left = Math.Ceiling(seen / StatisticsDefaults.BlockSeconds) * StatisticsDefaults.BlockSeconds + StatisticsDefaults.ReactionSeconds;
        var lost = 0.0;
        foreach (var step in plan)
        {
            var seconds = Math.Min(left, step.Duration.TotalSeconds);
            lost += seconds * BadPerSecond(step.Weight, ratio);
            left -= seconds;
        }

        return lost;
    }

    private double BadPerSecond(Weight weight, double ratio) => question.RequestsPerSecond * weight.Percent / 100 * (Math.Min(1, ratio * errorRatio) - errorRatio);

    private double SecondsToDecide(CountTestSettings settings, Weight weight, double ratio, double threshold) => IsCompared(weight)
        ? CountPlanning.SecondsToDecide(settings, new CountTraffic(question.RequestsPerSecond * weight.Percent / 100, question.RequestsPerSecond * (100 - weight.Percent) / 100, errorRatio), ratio, threshold)
        : double.PositiveInfinity;
}
