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
}
