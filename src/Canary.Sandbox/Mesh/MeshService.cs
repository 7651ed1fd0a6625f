using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Mesh;

/// <summary>A Service with its clusters by subset and port. Immutable.</summary>
internal sealed class MeshService
{
    private readonly Dictionary<(string Subset, int Port), MeshCluster> _clusters;
    private readonly int[] _ports;

    public MeshService(int[] ports, Dictionary<(string Subset, int Port), MeshCluster> clusters)
    {
        _ports = ports;
        _clusters = clusters;
    }

    /// <summary>The port a client means that names none: 80 when the service has it, else its first.</summary>
    public int DefaultPort => _ports.Length == 0 || _ports.Contains(80) ? 80 : _ports[0];

    /// <summary>The cluster, or null when the subset or the port does not exist.</summary>
    public MeshCluster? Cluster(string? subset, int? port, int requestPort) =>
        _clusters.GetValueOrDefault((subset ?? "", port ?? (_ports.Length == 1 ? _ports[0] : requestPort)));

    /// <summary>Reads the ports of a Service.</summary>
    public static int[] PortsOf(JsonObject service) => [.. service.Items("spec", "ports").Select(port => port.Whole("port"))];
}
