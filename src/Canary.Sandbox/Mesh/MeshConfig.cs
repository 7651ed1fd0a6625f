namespace Canary.Sandbox.Mesh;

/// <summary>Everything the proxy needs to route one request. Immutable.</summary>
/// <param name="Routes">Routes by host, which may begin with <c>*</c>.</param>
/// <param name="Services">Services by full host name.</param>
internal sealed record MeshConfig(IReadOnlyDictionary<string, IReadOnlyList<HttpRoute>> Routes, IReadOnlyDictionary<string, MeshService> Services)
{
    public static MeshConfig Empty { get; } = new(new Dictionary<string, IReadOnlyList<HttpRoute>>(), new Dictionary<string, MeshService>());

    /// <summary>The full host name that a client's authority means: a known one if there is any.</summary>
    public string HostOf(string requested, string clientNamespace)
    {
        foreach (var host in HostNames.Requested(requested, clientNamespace))
        {
            if (Services.ContainsKey(host) || HostNames.TryFindMostSpecific(Routes, host, out _))
            {
                return host;
            }
        }

        return requested;
    }
}
