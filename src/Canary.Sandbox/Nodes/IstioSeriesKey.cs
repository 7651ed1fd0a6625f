namespace Canary.Sandbox.Nodes;

/// <summary>The labels that tell one series of Istio's request metrics from another.</summary>
/// <param name="Source">The caller's workload.</param>
/// <param name="Destination">The called workload; <see cref="WorkloadLabels.Unknown"/> when none was chosen.</param>
/// <param name="Service">The called service's full host name, or "unknown".</param>
/// <param name="Code">HTTP status; 0 when there was no response.</param>
/// <param name="Flags">Envoy's response flags, comma-joined; "-" for none.</param>
/// <param name="Security">"mutual_tls", "none" or "unknown".</param>
internal readonly record struct IstioSeriesKey(WorkloadLabels Source, WorkloadLabels Destination, string Service, int Code, string Flags, string Security);
