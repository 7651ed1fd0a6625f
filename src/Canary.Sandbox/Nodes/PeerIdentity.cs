namespace Canary.Sandbox.Nodes;

/// <summary>How one sidecar tells another who calls: Envoy's header <c>x-envoy-peer-metadata-id</c>, and the called service in <c>x-envoy-decorator-operation</c>.</summary>
internal static class PeerIdentity
{
    public const string PeerHeader = "x-envoy-peer-metadata-id";
    public const string OperationHeader = "x-envoy-decorator-operation";

    private const string Suffix = "~cluster.local";

    /// <summary>A caller that is known by name only.</summary>
    public static WorkloadLabels Client(string workload, string @namespace) => new(
        workload, @namespace, workload, WorkloadLabels.NotKnown, workload, "latest", $"spiffe://cluster.local/ns/{@namespace}/sa/default");

    public static string Format(WorkloadLabels client) => $"sidecar~127.0.0.1~{client.Workload}.{client.Namespace}{Suffix}";

    /// <summary>Reads <see cref="Format"/> back; null for anything else.</summary>
    public static WorkloadLabels? Parse(string header)
    {
        var parts = header.Split('~');
        var dot = parts.Length == 4 ? parts[2].LastIndexOf('.') : -1;
        return dot > 0 ? Client(parts[2][..dot], parts[2][(dot + 1)..]) : null;
    }

    public static string FormatOperation(string service, int port) => $"{service}:{port}/*";

    public static string ParseOperation(string header)
    {
        var colon = header.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? header : header[..colon];
    }
}
