namespace Canary.Statistics;

/// <summary>A plan of weights that sees a regression soon without losing more than a given number of requests to any.</summary>
/// <param name="Steps">Weights in order of time, each larger than the one before.</param>
/// <param name="Seconds">Expected time until the smallest regression that is to be seen is seen; the length of all steps.</param>
/// <param name="LostRequests">Requests expected to fail beyond the baseline's share until the traffic is taken away, for the regression that costs most.</param>
/// <param name="CostliestRatio">That regression: the candidate's rate as a multiple of the baseline's.</param>
public sealed record WeightPlan(IReadOnlyList<WeightStep> Steps, double Seconds, double LostRequests, double CostliestRatio);
