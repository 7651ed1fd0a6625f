namespace Canary.Statistics;

/// <summary>One way in which the candidate could be slower, made from the baseline's own distribution.</summary>
/// <param name="Name">Exact name, such as "stretch above p90 by power 1.3".</param>
/// <param name="Description">For people, such as "p99 stretched by about 1.3".</param>
/// <param name="Change">The kind of change.</param>
/// <param name="Quantile">Where it begins, in [0, 1); 0 for <see cref="LatencyChange.Scale"/>; for <see cref="LatencyChange.Delay"/> the share of requests that is not delayed.</param>
/// <param name="Size">The factor (<see cref="LatencyChange.Scale"/>), the power (<see cref="LatencyChange.Stretch"/>), the share of requests in (0, 1), or the time as a multiple of the median
/// (<see cref="LatencyChange.Delay"/>).</param>
/// <param name="Weight">Its weight in the mixture, in (0, 1); the weights of a dictionary add up to 1.</param>
public sealed record LatencyAlternative(string Name, string Description, LatencyChange Change, double Quantile, double Size, double Weight);
