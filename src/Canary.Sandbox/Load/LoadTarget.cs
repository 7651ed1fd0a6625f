namespace Canary.Sandbox.Load;

/// <summary>One service under load.</summary>
/// <param name="Host">The Host header, for instance <c>checkout</c> or <c>checkout.shop.svc.cluster.local</c>.</param>
/// <param name="RequestsPerSecond">Mean rate, bursts included. Greater than 0.</param>
internal sealed record LoadTarget(string Host, double RequestsPerSecond)
{
    /// <summary>Path and query. "/" by default.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Request headers besides Host; none by default.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
