using Canary.Sandbox.Nodes;

namespace Canary.Sandbox.Mesh;

/// <summary>An Envoy cluster: one port of one service or of one of its subsets, with the ready pods behind it. Immutable but for its turn. Thread-safe.</summary>
internal sealed class MeshCluster(string service, int port, string policy, MeshEndpoint[] endpoints)
{
    private int _turn = -1;

    /// <summary>The service's full host name.</summary>
    public string Service { get; } = service;

    /// <summary>What the pod's sidecar is told about the called service.</summary>
    public string Operation { get; } = PeerIdentity.FormatOperation(service, port);

    public IReadOnlyList<MeshEndpoint> Endpoints => endpoints;

    /// <summary>Chooses a pod by the rule's policy; least request of two at random unless it says otherwise.</summary>
    /// <param name="random">Source of chance.</param>
    /// <param name="avoid">The pod that failed just before, or null; taken again only when it is the only one.</param>
    /// <returns>Null when no pod is ready.</returns>
    public MeshEndpoint? Choose(CounterRandom random, MeshEndpoint? avoid)
    {
        if (endpoints.Length <= 1)
        {
            return endpoints.Length == 0 ? null : endpoints[0];
        }

        var chosen = policy switch
        {
            "ROUND_ROBIN" => endpoints[(int)((uint)Interlocked.Increment(ref _turn) % (uint)endpoints.Length)],
            "RANDOM" => Draw(random),
            _ => LessBusy(Draw(random), Draw(random)),
        };
        return chosen == avoid ? endpoints[(Array.IndexOf(endpoints, chosen) + 1) % endpoints.Length] : chosen;
    }

    private static MeshEndpoint LessBusy(MeshEndpoint first, MeshEndpoint second) => second.Active < first.Active ? second : first;

    private MeshEndpoint Draw(CounterRandom random) => endpoints[(int)(random.NextDouble() * endpoints.Length)];
}
