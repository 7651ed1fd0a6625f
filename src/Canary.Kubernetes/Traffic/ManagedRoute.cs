using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core.Traffic;

namespace Canary.Kubernetes.Traffic;

/// <summary>A list of routes in a VirtualService.</summary>
internal enum RouteProtocol
{
    /// <summary><c>spec.http</c></summary>
    Http,

    /// <summary><c>spec.tls</c></summary>
    Tls,

    /// <summary><c>spec.tcp</c></summary>
    Tcp,
}

/// <summary>Where a route stands in a VirtualService and what it is called there.</summary>
/// <param name="Protocol">Its list.</param>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Route">The route as read.</param>
internal sealed record RoutePlace(RouteProtocol Protocol, int Index, JsonObject Route)
{
    /// <summary>The name of its list in <c>spec</c>.</summary>
    public string List => ListOf(Protocol);

    /// <summary>Its path within the object, for people.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"spec.{List}[{Index}]");

    /// <summary>Its JSON pointer.</summary>
    public string Pointer => string.Create(CultureInfo.InvariantCulture, $"/spec/{List}/{Index}");

    /// <summary>Its name; null for a route without one, which tls and tcp routes always are.</summary>
    public string? Name => Protocol == RouteProtocol.Http ? Route.Field("name").Text() : null;

    /// <summary>What tells it from its neighbours however the list is reordered: the name of an http route, ports and server names of the others.</summary>
    public string Identity => Protocol == RouteProtocol.Http
        ? Name ?? ""
        : string.Join(" or ", Route.Field("match").Objects().Select(match => MatchIdentity(match.Item)));

    /// <summary>What people call it.</summary>
    public string Title => Protocol == RouteProtocol.Http
        ? Name ?? string.Create(CultureInfo.InvariantCulture, $"http[{Index}]")
        : $"{List} {(Identity.Length > 0 ? Identity : string.Create(CultureInfo.InvariantCulture, $"[{Index}]"))}";

    /// <summary>The name of a list in <c>spec</c>.</summary>
    public static string ListOf(RouteProtocol protocol) => protocol switch
    {
        RouteProtocol.Http => "http",
        RouteProtocol.Tls => "tls",
        _ => "tcp",
    };

    /// <summary>Every route of a VirtualService: http, tls, tcp, each in its order.</summary>
    public static IEnumerable<RoutePlace> AllOf(JsonObject virtualService) =>
        from protocol in new[] { RouteProtocol.Http, RouteProtocol.Tls, RouteProtocol.Tcp }
        from route in virtualService.Field("spec").Field(ListOf(protocol)).Objects()
        select new RoutePlace(protocol, route.Index, route.Item);

    private static string MatchIdentity(JsonObject match)
    {
        var port = match.Field("port").Integer()?.ToString(CultureInfo.InvariantCulture) ?? "any port";
        var serverNames = match.Field("sniHosts").Texts().Order(StringComparer.Ordinal).ToArray();
        return serverNames.Length == 0 ? port : $"{port} {string.Join(',', serverNames)}";
    }
}

/// <summary>A route whose arms the rollout owns.</summary>
internal sealed record ManagedRoute
{
    /// <summary>The VirtualService's name.</summary>
    public required string VirtualService { get; init; }

    /// <summary>Where the route stands.</summary>
    public required RoutePlace Place { get; init; }

    /// <summary>The stable destination's place in <c>route</c>.</summary>
    public required int StableIndex { get; init; }

    /// <summary>The candidate destination's place in <c>route</c>.</summary>
    public required int CandidateIndex { get; init; }

    /// <summary>The stable weight; null when it is absent, which counts as 0 beside other destinations.</summary>
    public required int? StableWeight { get; init; }

    /// <summary>The candidate weight; null when it is absent, which counts as 0 beside other destinations.</summary>
    public required int? CandidateWeight { get; init; }

    /// <summary>The baseline destination's place in <c>route</c>; null when the route has none that is managed.</summary>
    public int? BaselineIndex { get; init; }

    /// <summary>The baseline's weight; null when it is absent, which counts as 0 beside other destinations.</summary>
    public int? BaselineWeight { get; init; }

    /// <summary>What the arms hold together, at least 1; everything else in the route belongs to other destinations.</summary>
    public int Total => (StableWeight ?? 0) + (CandidateWeight ?? 0) + (BaselineWeight ?? 0);

    /// <summary>The stable destination as read.</summary>
    public JsonObject Stable => (JsonObject)Place.Route["route"]![StableIndex]!; // found there by RouteFinder

    /// <summary>The candidate destination as read.</summary>
    public JsonObject Candidate => (JsonObject)Place.Route["route"]![CandidateIndex]!; // found there by RouteFinder

    /// <summary>What a release puts back.</summary>
    /// <param name="arms">The arms that are recorded.</param>
    public RouteRecord Record(IstioArms arms) => new(VirtualService, Place.Protocol, Place.Identity, StableWeight, CandidateWeight)
    {
        Baseline = arms.BaselineSubset is null ? null : BaselineWeight,
    };

    /// <summary>What Core is told.</summary>
    public RouteObservation Observe() =>
        new($"{VirtualService}/{Place.Title}", StableWeight ?? 0, CandidateWeight ?? 0, BaselineIndex is null ? null : BaselineWeight ?? 0);
}
