namespace Canary.Core.Traffic;

/// <summary>How a route's weights are split among the arms of a rollout, as integers relative to each other.</summary>
/// <param name="Stable">The stable destination's weight, at least 0.</param>
/// <param name="Candidate">The candidate destination's weight, at least 0.</param>
/// <param name="Baseline">The baseline destination's weight, at least 0.</param>
/// <remarks>
/// The candidate's part never depends on the baseline. The baseline gets as much as the candidate, as long as as much is left for the pods that serve; above
/// a third of the requests it shares the rest with them in equal parts. Without a rest it gets nothing.
/// </remarks>
public readonly record struct WeightSplit(int Stable, int Candidate, int Baseline)
{
    /// <summary>Splits what the arms of a route hold together.</summary>
    /// <param name="weight">The candidate's share.</param>
    /// <param name="total">The sum of the arms' weights in the route, at least 1.</param>
    /// <param name="baseline">Whether the baseline gets a share.</param>
    /// <returns>Three weights that sum to <paramref name="total"/>.</returns>
    public static WeightSplit Of(Weight weight, int total, bool baseline)
    {
        var candidate = weight.PartOf(total);
        var rest = total - candidate;
        var part = baseline ? Math.Min(Math.Min(candidate, rest), Math.Max(1, rest / 2)) : 0;
        return new WeightSplit(rest - part, candidate, part);
    }

    /// <summary>Counts the pods that carry the baseline's part with no more requests each than the candidate's pods have.</summary>
    /// <param name="weight">The candidate's share.</param>
    /// <param name="candidatePods">The candidate's pods, at least 0.</param>
    /// <returns>As many as the candidate's up to a third of the requests, fewer above; 0 when the baseline gets nothing.</returns>
    public static int BaselinePods(Weight weight, int candidatePods)
    {
        if (weight == Weight.Zero || weight == Weight.Full || candidatePods <= 0)
        {
            return 0;
        }

        // twice the parts of a hundred, so that half of an odd rest is a whole number
        var candidate = 2L * weight.Percent;
        var baseline = Math.Min(candidate, Math.Max(2, 100 - weight.Percent));
        return (int)((candidatePods * baseline + candidate - 1) / candidate);
    }
}
