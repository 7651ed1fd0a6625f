namespace Canary.Kubernetes.Api;

/// <summary>One call as the wire sees it.</summary>
/// <param name="Verb">Kubernetes verb for metrics and messages: get, list, create, ...</param>
/// <param name="Resource">Plural and subresource for metrics: bounded, never an object's name.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="PathAndQuery">Path with a leading slash, and query.</param>
internal sealed record ApiCall(string Verb, string Resource, HttpMethod Method, string PathAndQuery)
{
    public ReadOnlyMemory<byte>? Body { get; init; }

    public string MediaType { get; init; } = "application/json";

    /// <summary>Whether sending it twice has the effect of sending it once.</summary>
    public bool Repeatable { get; init; } = true;

    public bool IsJsonPatch { get; init; }

    public override string ToString() => $"{Method} {PathAndQuery}";
}
