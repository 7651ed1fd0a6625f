using Canary.Sandbox.Nodes;

namespace Canary.Sandbox.Mesh;

/// <summary>How a request ended, as the client's proxy reports it.</summary>
/// <param name="Code">HTTP status; 0 when the client went away.</param>
/// <param name="Flags">Envoy's response flags; "-" for none.</param>
/// <param name="Service">Full host name of the called service, or "unknown".</param>
/// <param name="Destination">The workload that answered, or <see cref="WorkloadLabels.Unknown"/>.</param>
internal readonly record struct MeshOutcome(int Code, string Flags, string Service, WorkloadLabels Destination)
{
    public static MeshOutcome Local(int code, string flags, string service) => new(code, flags, service, WorkloadLabels.Unknown);
}
