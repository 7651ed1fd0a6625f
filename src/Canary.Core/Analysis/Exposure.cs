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
        return new Exposure(journey.ExposedSince, weight, traffic.SettledAt + plan.Traffic.Propagation);
    }
}
