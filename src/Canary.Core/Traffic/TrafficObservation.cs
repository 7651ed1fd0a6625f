using Canary.Core.Validation;

namespace Canary.Core.Traffic;

/// <summary>What the routes of a rollout look like now.</summary>
public sealed record TrafficObservation
{
    /// <summary>What keeps traffic from being moved; empty when everything is in order.</summary>
    public ValueList<Problem> Problems { get; init; } = [];

    /// <summary>The managed routes that exist, in the order of the spec. Weights can be lowered on these even when others are missing.</summary>
    public ValueList<RouteObservation> Routes { get; init; } = [];

    /// <summary>The revision that the stable subset selects; null when it selects no single revision or does not exist.</summary>
    public Revision? StableSubset { get; init; }

    /// <summary>The revision that the candidate subset selects; null when it selects no single revision or does not exist.</summary>
    public Revision? CandidateSubset { get; init; }

    /// <summary>The revision that the baseline's subset selects; null when it selects no single revision, does not exist, or is not managed.</summary>
    public Revision? BaselineSubset { get; init; }

    /// <summary>How the managed fields look now, in the router's own words; what a release puts back is the first of these. Null while problems hide them.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The field manager that last wrote the routes, for messages; null when unknown.</summary>
    public string? LastWriter { get; init; }

    /// <summary>Whether any managed route sends requests to the baseline.</summary>
    public bool ReachesBaseline => Routes.Any(route => route.BaselineWeight > 0);

    /// <summary>Whether every managed route carries a weight.</summary>
    /// <param name="weight">The candidate's share.</param>
    /// <param name="baseline">Whether the baseline gets its share.</param>
    /// <returns>False when a route differs, or when there is no route.</returns>
    public bool Carries(Weight weight, bool baseline = false)
    {
        foreach (var route in Routes)
        {
            if (!route.Carries(weight, baseline))
            {
                return false;
            }
        }

        return Routes.Count > 0;
    }

    /// <summary>Whether any managed route sends more than a weight to the candidate.</summary>
    /// <param name="weight">The candidate's share.</param>
    /// <returns>True when at least one route does.</returns>
    public bool Exceeds(Weight weight)
    {
        foreach (var route in Routes)
        {
            if (route.CandidateWeight > weight.PartOf(Math.Max(1, route.Total)))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The weights of one managed route, as integers relative to each other.</summary>
/// <param name="Name">The object and route for messages, for example <c>checkout/primary</c>.</param>
/// <param name="StableWeight">The stable destination's weight, at least 0.</param>
/// <param name="CandidateWeight">The candidate destination's weight, at least 0.</param>
/// <param name="BaselineWeight">The baseline destination's weight, at least 0; null when the route has none that is managed.</param>
public sealed record RouteObservation(string Name, int StableWeight, int CandidateWeight, int? BaselineWeight = null)
{
    /// <summary>What the arms hold together, at least 0.</summary>
    public int Total => StableWeight + CandidateWeight + (BaselineWeight ?? 0);

    /// <summary>Whether the route splits its total as a weight asks.</summary>
    /// <param name="weight">The candidate's share.</param>
    /// <param name="baseline">Whether the baseline gets its share, where the route names it.</param>
    /// <returns>True when all numbers are exactly what the weight gives.</returns>
    public bool Carries(Weight weight, bool baseline = false)
    {
        if (Total <= 0)
        {
            return false;
        }

        var split = WeightSplit.Of(weight, Total, baseline && BaselineWeight is not null);
        return CandidateWeight == split.Candidate && (BaselineWeight ?? 0) == split.Baseline;
    }
}
