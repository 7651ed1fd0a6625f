namespace Canary.Sandbox.ApiServer;

/// <summary>One request as the server saw it. Immutable.</summary>
/// <param name="Verb">Kubernetes' verb: get, list, watch, create, update, patch, delete or deletecollection.</param>
/// <param name="Path">Path without the query, such as <c>/apis/apps/v1/namespaces/shop/deployments/checkout</c>.</param>
/// <param name="Query">Query with its question mark; empty without one.</param>
/// <param name="UserAgent">The client's User-Agent; empty when it sent none.</param>
/// <param name="Body">The request's body as text; empty without one.</param>
/// <param name="ResultCode">The HTTP status that the server is about to answer; 0 before the request was executed.</param>
public sealed record ApiRequestObservation(string Verb, string Path, string Query, string UserAgent, string Body, int ResultCode)
{
    /// <summary>Whether the request could change an object: create, update, patch, delete or deletecollection.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" or "deletecollection";
}
