using Canary.Core.Rollouts;
using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>Since when requests count, and under which weight.</summary>
/// <param name="Since">Since when the candidate is exposed; null before.</param>
/// <param name="Weight">The candidate's share.</param>
/// <param name="WeightSince">Since when every proxy knows that share; null while it is on its way.</param>
public sealed record Exposure(DateTimeOffset? Since, Weight Weight, DateTimeOffset? WeightSince)
{
    /// <summary>The candidate gets no requests.</summary>
    public static Exposure None { get; } = new(null, Weight.Zero, null);

    /// <summary>How many of the planned weights that can be compared were begun, the present one included; at least 1. A weight that is taken away and given back begins nothing.</summary>
    public int Begun { get; init; } = 1;

    /// <summary>How many more of them the plan has; at least 0. At 100 % nobody is left to compare with, so that weight is none of them.</summary>
    public int Later { get; init; }

    /// <summary>When the step under way ends without proof; null when it has no such time.</summary>
    public DateTimeOffset? StepEndsAt { get; init; }

    /// <summary>Reads the exposure out of what a rollout remembers.</summary>
    /// <param name="status">The status as it is stored.</param>
    /// <returns>The exposure; all traffic from the promotion on, when both subsets select the candidate whatever the weight.</returns>
    public static Exposure Of(RolloutStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (status is not { Journey: { } journey, Traffic: { } traffic, Plan: { } plan })
        {
            return None;
        }

        var weight = traffic.StableSubset == status.Candidate?.Revision ? Weight.Full : traffic.Weight;
        var steps = journey.Express ? [] : plan.Steps;
        var begun = steps.Take(journey.Step).Count(Compares);

        // a weight that still waits for its pods has not begun
        begun += journey.Step < steps.Count && steps[journey.Step] is Step.SetWeight { To: var to } && to <= weight && Compares(steps[journey.Step]) ? 1 : 0;
        return new Exposure(journey.ExposedSince, weight, traffic.SettledAt + plan.Traffic.Propagation)
        {
            Begun = Math.Max(1, begun),
            Later = steps.Count(Compares) - Math.Max(1, begun) is > 0 and var later ? later : 0,
            StepEndsAt = journey.Stage == Stage.Stepping && journey.Step < steps.Count && steps[journey.Step] is Step.Analyze analyze ? journey.EnteredAt + analyze.AtMost : null,
        };
    }

    private static bool Compares(Step step) => step is Step.SetWeight { To.Percent: > 0 and < 100 };
}
