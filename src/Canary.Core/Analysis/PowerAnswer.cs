using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>What a plan can see. Times are expected ones: about half of all rollouts take less, and few much more.</summary>
public sealed record PowerAnswer
{
    /// <summary>One entry a step of the plan.</summary>
    public required ValueList<PowerStep> Steps { get; init; }

    /// <summary>When the regression is seen if it is there from the start; null when the plan ends before.</summary>
    public TimeSpan? SeenAfter { get; init; }

    /// <summary>The chance that it is seen by the end of the plan if it is there from the start, a ratio in [0, 1].</summary>
    public double Chance { get; init; }

    /// <summary>Whether that chance is at least 80 %.</summary>
    public bool Sees => Chance >= StatisticsDefaults.WantedPower;

    /// <summary>When an equally good candidate is accepted; null when the plan ends before.</summary>
    public TimeSpan? AcceptedAfter { get; init; }

    /// <summary>Bad requests beyond the usual ones until then; until the plan's end when it does not see it.</summary>
    public double BadRequests { get; init; }

    /// <summary>One entry for each way of being slower; empty when latency is not judged.</summary>
    public ValueList<LatencyPower> Latency { get; init; } = [];

    /// <summary>What is wrong with the plan, in sentences with a remedy; empty when nothing is.</summary>
    public ValueList<string> Warnings { get; init; } = [];

    /// <summary>The fastest plan under which no regression costs more bad requests than the costliest does under this one; null when none is faster, or none is possible.</summary>
    public BetterPlan? Better { get; init; }
}

/// <summary>What one step can see.</summary>
public sealed record PowerStep
{
    /// <summary>The step.</summary>
    public required PlannedWeight Step { get; init; }

    /// <summary>How long the regression takes to be seen if it first shows in this step; it goes on through the later steps; null when the plan ends before.</summary>
    public TimeSpan? TimeToSee { get; init; }

    /// <summary>The chance that it is seen within this step, a ratio in [0, 1].</summary>
    public double Chance { get; init; }

    /// <summary>Whether that chance is at least 80 %.</summary>
    public bool Sees => Chance >= StatisticsDefaults.WantedPower;

    /// <summary>The smallest regression that the step sees within its time with a chance of 80 %, as a multiple of the stable ratio; null when it sees none.</summary>
    public double? SmallestRatio { get; init; }

    /// <summary>How long it takes to be seen under this weight alone; null when it never is.</summary>
    public TimeSpan? Needed { get; init; }

    /// <summary>How long an equally good candidate takes to be accepted if only this step counted; null when it never is.</summary>
    public TimeSpan? TimeToAccept { get; init; }

    /// <summary>Bad requests beyond the usual ones until the regression is seen, if it first shows in this step.</summary>
    public double BadRequests { get; init; }
}

/// <summary>How long it takes to see one way of being slower.</summary>
/// <param name="Description">What is slower, for example <c>p99 stretched by about 1.3</c>.</param>
/// <param name="Times">One entry a step: the time to see it by that step alone; null when it never does.</param>
public sealed record LatencyPower(string Description, ValueList<TimeSpan?> Times);

/// <summary>A plan that is better.</summary>
/// <param name="Steps">Its weights.</param>
/// <param name="SeenAfter">When the regression is seen if it is there from the start.</param>
/// <param name="BadRequests">Bad requests beyond the usual ones until then.</param>
/// <param name="Budget">Bad requests beyond the usual ones that no regression, however large, is expected to exceed until it is seen.</param>
public sealed record BetterPlan(ValueList<PlannedWeight> Steps, TimeSpan SeenAfter, double BadRequests, double Budget)
{
    /// <summary>How long the plan takes at most.</summary>
    public TimeSpan Duration => Steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Duration);
}
