namespace Canary.Statistics;

/// <summary>The alternative of a count test that explains the data best.</summary>
/// <param name="Ratio">The candidate's rate as a multiple of the baseline's, greater than 0.</param>
/// <param name="Share">Its share of the evidence, in [0, 1]; near 1 when no other alternative comes close.</param>
public readonly record struct DominantRatio(double Ratio, double Share);
