using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Canary.Sandbox.Controllers;
using Canary.Sandbox.Nodes;

namespace Canary.Sandbox.Mesh;

/// <summary>One entry of a VirtualService's <c>http</c> list, ready for use. Immutable.</summary>
internal sealed partial class HttpRoute
{
    private readonly RouteMatch[] _matches;
    private readonly MeshDestination[] _destinations;
    private readonly int[] _upTo;
    private readonly string? _rewriteUri;
    private readonly Regex? _rewritePattern;
    private readonly string? _rewriteReplacement;

    private HttpRoute(JsonObject route, string @namespace, RouteMatch[] matches)
    {
        _matches = matches;
        MeshDestination[] written = [.. route.Items("route").Select(entry => Destination(entry, @namespace))];

        // the only destination gets everything whatever its weight; of several, those of weight 0 do not exist for Envoy
        _destinations = written.Length > 1 ? [.. written.Where(destination => destination.Weight > 0)] : written;
        _upTo = new int[_destinations.Length];
        var sum = 0;
        for (var i = 0; i < _destinations.Length; i++)
        {
            _upTo[i] = sum += written.Length > 1 ? _destinations[i].Weight : 1;
        }

        Headers = new HeaderChanges(route.At("headers"));
        Fault = FaultPolicy.Read(route.At("fault"));

        // Envoy's fault filter switches both off on its route
        Retries = Fault is null ? RetryPolicy.Read(route.At("retries")) : RetryPolicy.Never;
        Timeout = Fault is null ? GoDuration.Parse(route.Text("timeout")) : null;
        Mirrors = [.. ReadMirrors(route, @namespace)];
        Redirect = route.At("redirect");
        DirectResponse = route.At("directResponse");
        Authority = route.Text("rewrite", "authority");
        _rewriteUri = route.Text("rewrite", "uri");
        if (route.Text("rewrite", "uriRegexRewrite", "match") is { } pattern)
        {
            _rewritePattern = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

            // RE2 writes groups as \1, .NET as ${1}
            var replacement = (route.Text("rewrite", "uriRegexRewrite", "rewrite") ?? "").Replace("$", "$$", StringComparison.Ordinal);
            _rewriteReplacement = GroupReference().Replace(replacement, "$${$1}");
        }
    }

    public HeaderChanges Headers { get; }

    public FaultPolicy? Fault { get; }

    public RetryPolicy Retries { get; }

    public TimeSpan? Timeout { get; }

    public IReadOnlyList<(MeshDestination Destination, double Percent)> Mirrors { get; }

    public JsonNode? Redirect { get; }

    public JsonNode? DirectResponse { get; }

    /// <summary>The host that replaces the client's, or null.</summary>
    public string? Authority { get; }

    /// <summary>Routes after such a one do not exist.</summary>
    public bool IsCatchAll => _matches.Length == 0 || _matches.Any(match => match.IsCatchAll);

    /// <returns>Null when the route has matches but none that concerns this client.</returns>
    public static HttpRoute? Read(JsonObject route, string @namespace, MeshOptions client)
    {
        List<JsonObject> written = [.. route.Items("match")];
        RouteMatch[] matches = [.. written.Where(match => RouteMatch.AppliesTo(match, client)).Select(match => new RouteMatch(match))];
        return written.Count > 0 && matches.Length == 0 ? null : new HttpRoute(route, @namespace, matches);
    }

    /// <summary>Whether the route takes the request, and by which of its matches (null when it has none).</summary>
    public bool TryMatch(HttpRequest request, int port, out RouteMatch? matched)
    {
        matched = Array.Find(_matches, match => match.Matches(request, port));
        return matched is not null || _matches.Length == 0;
    }

    /// <summary>The destination for a number in [0, 1), by weight; null when all weights are 0.</summary>
    public MeshDestination? Choose(double chance)
    {
        if (_destinations.Length == 0)
        {
            return null;
        }

        var point = chance * _upTo[^1];
        var index = 0;
        while (point >= _upTo[index])
        {
            index++;
        }

        return _destinations[index];
    }

    /// <summary>The path that the pod is to see.</summary>
    public string Rewrite(string path, RouteMatch? matched)
    {
        if (_rewritePattern is not null)
        {
            return _rewritePattern.Replace(path, _rewriteReplacement!);
        }

        if (_rewriteUri is null)
        {
            return path;
        }

        var prefix = matched is null ? "/" : matched.UriPrefix;
        return prefix is null ? _rewriteUri : _rewriteUri + path[Math.Min(prefix.Length, path.Length)..];
    }

    private static MeshDestination Destination(JsonObject entry, string @namespace)
    {
        var destination = entry.At("destination");
        return new MeshDestination(
            HostNames.Resolve(destination.Text("host") ?? "", @namespace),
            destination.Text("subset"),
            (int?)destination.Number("port", "number"),
            entry.Whole("weight"),
            entry.At("headers") is { } headers ? new HeaderChanges(headers) : HeaderChanges.None);
    }

    private static IEnumerable<(MeshDestination Destination, double Percent)> ReadMirrors(JsonObject route, string @namespace)
    {
        if (route.At("mirror") is { } mirror)
        {
            yield return (Destination(new JsonObject { ["destination"] = mirror.DeepClone() }, @namespace), route.Number("mirrorPercentage", "value") ?? 100);
        }

        foreach (var entry in route.Items("mirrors"))
        {
            yield return (Destination(entry, @namespace), entry.Number("percentage", "value") ?? 100);
        }
    }

    [GeneratedRegex(@"\\(\d)", RegexOptions.CultureInvariant)]
    private static partial Regex GroupReference();
}
