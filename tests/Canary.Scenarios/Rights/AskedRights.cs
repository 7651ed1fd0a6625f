using System.Collections.Concurrent;
using Canary.Testing.ControlPlanes;

namespace Canary.Scenarios.Rights;

/// <summary>Writes down which rights a client's requests would need on a server that has RBAC.</summary>
internal sealed class AskedRights : DelegatingHandler
{
    private readonly ConcurrentDictionary<Right, int> _asked = new();

    /// <summary>Each right that was needed, once.</summary>
    public IReadOnlyCollection<Right> All => [.. _asked.Keys];

    /// <summary>The right that a request needs.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="uri">Path and query.</param>
    /// <returns>The right; null for discovery, which every service account may do.</returns>
    /// <exception cref="ArgumentException">The path is none of an object or a collection.</exception>
    public static Right? Of(HttpMethod method, Uri uri)
    {
        var parts = uri.AbsolutePath.Trim('/').Split('/');
        var (group, rest) = parts switch
        {
            ["api", _, .. var core] => ("", core),
            ["apis", var named, _, .. var others] => (named, others),
            ["apis", ..] => ("", []),
            _ => throw new ArgumentException($"{uri} is no path of the API"),
        };
        if (rest.Length == 0)
        {
            return null;
        }

        var (ns, path) = rest is ["namespaces", var inside, .. { Length: > 0 } below] ? (inside, below) : (null, rest);
        var verb = method.Method switch
        {
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" when path.Length > 1 => "delete",
            "DELETE" => "deletecollection",
            _ when path.Length > 1 => "get",
            _ => uri.Query.Contains("watch=true", StringComparison.Ordinal) ? "watch" : "list",
        };
        return new Right(verb, group, path is [var plural, _, var subresource, ..] ? $"{plural}/{subresource}" : path[0], ns);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Of(request.Method, request.RequestUri!) is { } right) // absolute by the time a handler sees it
        {
            _asked.AddOrUpdate(right, 1, (_, count) => count + 1);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
