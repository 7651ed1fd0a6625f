using Canary.Sandbox.Nodes;
using Yarp.ReverseProxy.Forwarder;

namespace Canary.Sandbox.Mesh;

/// <summary>What one attempt sends and what of its answer is passed on. One per attempt.</summary>
internal sealed class RouteTransformer(RoutedRequest routed, bool mayRetry) : HttpTransformer
{
    /// <summary>The attempt's status asks for another attempt; nothing of its answer was passed on.</summary>
    public bool WantsRetry { get; private set; }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, routed.Path, httpContext.Request.QueryString);
        proxyRequest.Headers.Host = routed.Authority;
        var headers = proxyRequest.Headers;
        headers.TryAddWithoutValidation(PeerIdentity.PeerHeader, routed.Peer);
        headers.TryAddWithoutValidation(PeerIdentity.OperationHeader, routed.Cluster.Operation);
        foreach (var changes in routed.HeaderChanges)
        {
            foreach (var name in changes.Request.Remove)
            {
                headers.Remove(name);
            }

            foreach (var (name, value) in changes.Request.Set)
            {
                if (!name.StartsWith(':') && !name.Equals("host", StringComparison.OrdinalIgnoreCase))
                {
                    headers.Remove(name);
                    headers.TryAddWithoutValidation(name, value);
                }
            }

            foreach (var (name, value) in changes.Request.Add)
            {
                headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (mayRetry && proxyResponse is not null && routed.Route.Retries.CoversStatus((int)proxyResponse.StatusCode))
        {
            WantsRetry = true;
            return false;
        }

        var copy = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken).ConfigureAwait(false);
        var headers = httpContext.Response.Headers;
        foreach (var changes in routed.HeaderChanges)
        {
            foreach (var name in changes.Response.Remove)
            {
                headers.Remove(name);
            }

            foreach (var (name, value) in changes.Response.Set)
            {
                headers[name] = value;
            }

            foreach (var (name, value) in changes.Response.Add)
            {
                headers.Append(name, value);
            }
        }

        return copy;
    }
}
