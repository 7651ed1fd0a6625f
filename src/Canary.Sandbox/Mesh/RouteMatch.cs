using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Mesh;

/// <summary>One entry of <c>http[].match</c>: every condition must hold. Immutable.</summary>
internal sealed class RouteMatch
{
    private readonly StringMatch? _uri;
    private readonly StringMatch? _method;
    private readonly StringMatch? _authority;
    private readonly StringMatch? _scheme;
    private readonly List<(string Name, StringMatch Value)> _headers;
    private readonly List<(string Name, StringMatch Value)> _withoutHeaders;
    private readonly List<(string Name, StringMatch Value)> _query;
    private readonly int? _port;

    public RouteMatch(JsonObject match)
    {
        StringMatch? Optional(string field) => match.At(field) is { } node ? new StringMatch(node) : null;
        List<(string, StringMatch)> Each(string field) => match.At(field) is JsonObject fields ? [.. fields.Select(entry => (entry.Key, new StringMatch(entry.Value)))] : [];
        _uri = match.At("uri") is { } uri ? new StringMatch(uri, match.Flag("ignoreUriCase")) : null;
        _method = Optional("method");
        _authority = Optional("authority");
        _scheme = Optional("scheme");
        _headers = Each("headers");
        _withoutHeaders = Each("withoutHeaders");
        _query = Each("queryParams");
        _port = (int?)match.Number("port");
    }

    /// <summary>The part of the path that a rewrite replaces; null when the whole path was matched.</summary>
    public string? UriPrefix => _uri is null ? "/" : _uri.Prefix;

    /// <summary>No condition at all, or none that a request could fail.</summary>
    public bool IsCatchAll =>
        (_uri is null || _uri.IsEverything) && _method is null && _authority is null && _scheme is null && _port is null
        && _headers.Count == 0 && _withoutHeaders.Count == 0 && _query.Count == 0;

    /// <summary>Whether an entry concerns this client at all: these conditions are settled when the configuration is made.</summary>
    public static bool AppliesTo(JsonObject match, MeshOptions client) =>
        (match.At("gateways") is null || match.Texts("gateways").Contains("mesh"))
        && (match.Text("sourceNamespace") is not { } @namespace || @namespace == client.ClientNamespace)
        && LabelSelector.OfLabels(match.At("sourceLabels")).Matches(client.ClientLabels);

    public bool Matches(HttpRequest request, int port)
    {
        if ((_port is { } wanted && wanted != port)
            || (_uri is not null && !_uri.Matches(request.Path.Value))
            || (_method is not null && !_method.Matches(request.Method))
            || (_authority is not null && !_authority.Matches(request.Host.Value))
            || (_scheme is not null && !_scheme.Matches(request.Scheme)))
        {
            return false;
        }

        foreach (var (name, value) in _headers)
        {
            if (!value.Matches(Header(request, name)))
            {
                return false;
            }
        }

        foreach (var (name, value) in _withoutHeaders)
        {
            if (value.Matches(Header(request, name)))
            {
                return false;
            }
        }

        foreach (var (name, value) in _query)
        {
            if (!value.Matches(request.Query.TryGetValue(name, out var given) ? given[0] ?? "" : null))
            {
                return false;
            }
        }

        return true;
    }

    private static string? Header(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
}
