using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Traffic;

/// <summary>Finds the routes of one VirtualService whose weights belong to a rollout, and says why one does not qualify.</summary>
internal sealed class RouteFinder
{
    /// <summary>Below it a percent of the requests is no whole number for each of three arms.</summary>
    private const int LeastTotalOfThree = 100;

    private readonly IstioTarget _target;
    private readonly IstioArms _arms;
    private readonly VirtualServiceReference _reference;
    private readonly JsonObject _virtualService;
    private readonly string _path;
    private readonly List<ManagedRoute> _routes = [];
    private readonly List<Problem> _problems = [];
    private bool _complete = true;

    private RouteFinder(IstioTarget target, VirtualServiceReference reference, JsonObject virtualService, string path)
    {
        _target = target;
        _arms = target.Arms;
        _reference = reference;
        _virtualService = virtualService;
        _path = path;
    }

    private string Owner => $"VirtualService {_target.Namespace}/{_reference.Name}";

    /// <summary>Finds them.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="reference">The entry of the spec.</param>
    /// <param name="virtualService">The VirtualService that it names.</param>
    /// <param name="path">The entry's path in the spec, for messages.</param>
    /// <param name="recorded">The routes as recorded at adoption; null before.</param>
    /// <returns>What was found, and what is wrong.</returns>
    public static RouteSearch Find(IstioTarget target, VirtualServiceReference reference, JsonObject virtualService, string path, TrafficSnapshot? recorded)
    {
        var finder = new RouteFinder(target, reference, virtualService, path);
        if (reference.Routes.Count > 0)
        {
            finder.FindNamed();
        }
        else
        {
            finder.FindOnly(recorded);
        }

        finder.CheckReachable();
        return new RouteSearch(finder._routes, finder._problems, finder._complete);
    }

    private void FindNamed()
    {
        for (var index = 0; index < _reference.Routes.Count; index++)
        {
            var name = _reference.Routes[index];
            var places = RoutePlace.AllOf(_virtualService).Where(place => place.Name == name).ToArray();
            if (places.Length == 0)
            {
                var known = RoutePlace.AllOf(_virtualService).Select(place => place.Name).OfType<string>().ToArray();
                var there = known.Length == 0 ? "none of its http routes has a name" : $"its named http routes are {string.Join(", ", known)}";
                Incomplete($"{_path}.routes[{index}]", $"is '{name}', but {Owner} has no http route of that name; {there}. "
                    + "Name one that exists, or set its 'name' field");
            }
            else if (places.Length > 1)
            {
                Incomplete($"{_path}.routes[{index}]", $"is '{name}', but {Owner} has {places.Length} http routes of that name. Give each its own name");
            }

            foreach (var place in places)
            {
                Take(place);
            }
        }

        // tls and tcp routes cannot be named, so both arms are what marks them
        foreach (var place in RoutePlace.AllOf(_virtualService).Where(place => place.Protocol != RouteProtocol.Http && HasBothArms(place)))
        {
            Take(place);
        }
    }

    private void FindOnly(TrafficSnapshot? recorded)
    {
        var possible = RoutePlace.AllOf(_virtualService).Where(HasBothArms).ToArray();
        var http = possible.Count(place => place.Protocol == RouteProtocol.Http);
        if (possible.Length == 0)
        {
            ExplainNone();
            return;
        }

        // Several tls and tcp routes are all meant: there is no way to name one of them.
        if (http == 0 || possible.Length == 1)
        {
            Array.ForEach(possible, Take);
            return;
        }

        var names = possible.Where(place => place.Protocol == RouteProtocol.Http).Select(place => place.Name ?? $"(name of {place.Path})");
        Incomplete(
            $"{_path}.routes",
            $"names no route, but {Owner} has {possible.Length} routes with both subsets: {string.Join(", ", possible.Select(place => place.Title))}. "
            + $"Write the http routes that are meant, for example routes: [{string.Join(", ", names)}]; tls and tcp routes with both subsets always go "
            + "along");

        // What was adopted stays ours: an added route must not keep a rollback from the one that carries traffic.
        foreach (var place in possible.Where(place => WasRecorded(recorded, place)))
        {
            Take(place);
        }
    }

    private bool WasRecorded(TrafficSnapshot? recorded, RoutePlace place) =>
        recorded is not null
        && recorded.Routes.Any(route => route.VirtualService == _reference.Name && route.Protocol == place.Protocol && route.Identity == place.Identity);

    private bool HasBothArms(RoutePlace place) => Find(place, _arms.StableSubset).Count > 0 && Find(place, _arms.CandidateSubset).Count > 0;

    private List<int> Find(RoutePlace place, string subset) =>
        [.. from destination in place.Route.Field("route").Objects() where _arms.SubsetOf(destination.Item) == subset select destination.Index];

    private void ExplainNone()
    {
        var before = _problems.Count;
        foreach (var place in RoutePlace.AllOf(_virtualService))
        {
            var meant = place.Route.Field("route").Objects().Any(one => _arms.IsArm(one.Item.Field("destination").Field("subset").Text()));
            if (meant || place.Route.Field("delegate").IsSet())
            {
                ExplainMissingArm(place);
            }
        }

        _complete = false;
        if (_problems.Count == before)
        {
            _problems.Add(new Problem(
                _path,
                $"{Owner} has no route with destinations for both subsets '{_arms.StableSubset}' and '{_arms.CandidateSubset}' of {_arms.Host}. "
                + "Give the route that is to be split both, with weights 100 and 0"));
        }
    }

    private void Take(RoutePlace place)
    {
        var stable = Find(place, _arms.StableSubset);
        var candidate = Find(place, _arms.CandidateSubset);
        if (stable.Count == 0 || candidate.Count == 0)
        {
            ExplainMissingArm(place);
            _complete = false;
            return;
        }

        if (stable.Count > 1 || candidate.Count > 1)
        {
            Incomplete(At(place, "route"), $"has several destinations with subset '{(stable.Count > 1 ? _arms.StableSubset : _arms.CandidateSubset)}' of "
                + $"{_arms.Host}. Keep one of them");
            return;
        }

        var baseline = FindBaseline(place);
        int? baselineWeight = null;
        if (Weigh(place, stable[0], out var stableWeight) && Weigh(place, candidate[0], out var candidateWeight) && (baseline is not { } third || Weigh(place, third, out baselineWeight)))
        {
            var total = (long)(stableWeight ?? 0) + (candidateWeight ?? 0) + (baselineWeight ?? 0);
            if (total is 0 or > int.MaxValue)
            {
                Incomplete(At(place, "route"), total == 0
                    ? $"gives subsets '{_arms.StableSubset}' and '{_arms.CandidateSubset}' the weight 0 each, so there is nothing to split. "
                        + $"Give '{_arms.StableSubset}' the share that both are to have, for example 100"
                    : $"has weights that sum to {total}. The {(_arms.BaselineSubset is null ? "two " : "")}subsets' weights may sum to {int.MaxValue} at most");
                return;
            }

            _routes.Add(new ManagedRoute
            {
                VirtualService = _reference.Name,
                Place = place,
                StableIndex = stable[0],
                CandidateIndex = candidate[0],
                StableWeight = stableWeight,
                CandidateWeight = candidateWeight,
                BaselineIndex = baseline,
                BaselineWeight = baselineWeight,
            });
            if (_target.Baseline == BaselineRole.Required && total < LeastTotalOfThree)
            {
                Incomplete(At(place, "route"), $"has weights that sum to {total}, which cannot be split in three. "
                    + $"With a fresh baseline give '{_arms.StableSubset}' the weight {LeastTotalOfThree} and the others 0");
            }
        }
    }

    /// <summary>Finds the baseline's destination. A route without it is still ours, so that nothing keeps an abort from it.</summary>
    private int? FindBaseline(RoutePlace place)
    {
        if (_arms.BaselineSubset is not { } subset)
        {
            return null;
        }

        var found = Find(place, subset);
        if (found.Count > 1)
        {
            Incomplete(At(place, "route"), $"has several destinations with subset '{subset}' of {_arms.Host}. Keep one of them");
        }
        else if (found.Count == 0 && _target.Baseline == BaselineRole.Required)
        {
            Incomplete(At(place, "route"), $"has no destination for subset '{subset}' of {_arms.Host}, which spec.analysis.baseline: Fresh needs. "
                + $"Add - destination: {{host: {_arms.Host}, subset: {subset}}} with weight 0, and the port of the others if they name one");
        }

        return found.Count == 1 ? found[0] : null;
    }

    private bool Weigh(RoutePlace place, int index, out int? weight)
    {
        weight = null;
        var found = ((JsonObject)place.Route["route"]![index]!).Field("weight"); // both exist: Find read them
        if (found is null)
        {
            return true;
        }

        if (found.Integer() is { } number and >= 0 and <= int.MaxValue)
        {
            weight = (int)number;
            return true;
        }

        Incomplete(At(place, $"route[{index}].weight"), $"is {found.ToJsonString()}; a weight is a whole number from 0 to {int.MaxValue}");
        return false;
    }

    private void ExplainMissingArm(RoutePlace place)
    {
        var destinations = place.Route.Field("route").Objects().ToArray();
        if (place.Route.Field("delegate").IsSet())
        {
            var other = place.Route.Field("delegate").Field("name").Text() ?? "(unnamed)";
            _problems.Add(new Problem(At(place, "delegate"), $"hands the route to VirtualService '{other}', which holds the weights. "
                + $"Name '{other}' in the Rollout instead of '{_reference.Name}'"));
            return;
        }

        if (destinations.Length == 0)
        {
            _problems.Add(new Problem(At(place, null), $"has no destinations{(place.Route.Field("redirect").IsSet() ? " (it redirects)" : "")}, "
                + $"so it cannot be split. Name another route, or give it both subsets of {_arms.Host}"));
            return;
        }

        var wrongHosts = false;
        foreach (var (index, item) in destinations)
        {
            var host = item.Field("destination").Field("host").Text();
            var path = At(place, $"route[{index}].destination.host");
            var subset = item.Field("destination").Field("subset").Text();
            if (_arms.IsHalfName(host))
            {
                wrongHosts = true;
                _problems.Add(new Problem(path, $"is '{host}', which Istio takes literally: it completes only names without a dot, "
                    + $"so these requests fail (503 NC). Write {_arms.Host} or {_arms.Service}"));
            }
            else if (!_arms.IsService(host) && _arms.IsArm(subset))
            {
                wrongHosts = true;
                _problems.Add(new Problem(path, $"is '{host}', which is {(host is null ? "nothing" : _arms.Resolve(host))} and not the Rollout's Service. "
                    + $"Write {_arms.Host}, or correct spec.service"));
            }
        }

        if (wrongHosts)
        {
            return;
        }

        var needed = _target.Baseline == BaselineRole.Required ? _arms.Subsets : [_arms.StableSubset, _arms.CandidateSubset];
        var absent = needed.Where(subset => Find(place, subset).Count == 0);
        var missing = string.Join(" and ", absent.Select(subset => $"'{subset}'"));
        _problems.Add(new Problem(At(place, "route"), destinations.Length == 1
            ? "has one destination only, whose weight Istio ignores: it always gets every request. "
                + $"Add a destination for subset {missing} of {_arms.Host} with weight 0, and weight 100 to the one that serves"
            : $"has no destination for subset {missing} of {_arms.Host}. Add it with weight 0"));
    }

    /// <remarks>Istio stops generating routes at the first that catches all: later ones do not exist in the proxies.</remarks>
    private void CheckReachable()
    {
        foreach (var route in _routes)
        {
            var before = RoutePlace.AllOf(_virtualService).FirstOrDefault(place =>
                place.Protocol == route.Place.Protocol && place.Index < route.Place.Index && CatchesAll(place));
            if (before is not null)
            {
                _problems.Add(new Problem(
                    At(route.Place, null),
                    $"is never reached: {before.Path} ('{before.Title}') before it takes every request, and Istio stops there. "
                        + $"Move '{route.Place.Title}' before it, or give that route a match"));
            }
        }
    }

    private static bool CatchesAll(RoutePlace place)
    {
        if (place.Protocol == RouteProtocol.Tls || place.Route.Field("delegate").IsSet())
        {
            return false; // sniHosts are required; a delegate's routes bring their own matches
        }

        var match = place.Route.Field("match");
        return !match.IsSet() || match.Objects().Any(entry => entry.Item.All(IsUnconditional));
    }

    private static bool IsUnconditional(KeyValuePair<string, JsonNode?> condition) => condition.Key switch
    {
        "name" or "ignoreUriCase" or "statPrefix" => true,
        "uri" => !condition.Value.IsSet() || condition.Value.Field("prefix").Text() == "/",
        _ => !condition.Value.IsSet(),
    };

    private void Incomplete(string path, string message)
    {
        _complete = false;
        _problems.Add(new Problem(path, message));
    }

    private string At(RoutePlace place, string? below) => $"VirtualService/{_reference.Name} {place.Path}{(below is null ? "" : ".")}{below}";
}

/// <summary>What a search of one VirtualService came to.</summary>
/// <param name="Routes">The managed routes that can be written, in the order of the spec.</param>
/// <param name="Problems">What would misroute.</param>
/// <param name="Complete">Whether every route that the spec means is among them.</param>
internal sealed record RouteSearch(IReadOnlyList<ManagedRoute> Routes, IReadOnlyList<Problem> Problems, bool Complete);
