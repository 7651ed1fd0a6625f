using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Mesh;

/// <summary>Faults injected at the client, before any pod is chosen. Immutable.</summary>
/// <param name="DelayPercent">Share of requests delayed, 0 to 100.</param>
/// <param name="Delay">For how long.</param>
/// <param name="AbortPercent">Share of requests answered at once, 0 to 100.</param>
/// <param name="AbortStatus">With which HTTP status.</param>
internal sealed record FaultPolicy(double DelayPercent, TimeSpan Delay, double AbortPercent, int AbortStatus)
{
    /// <returns>Null when the route has no fault block. Aborts by gRPC status or HTTP/2 error are not read.</returns>
    public static FaultPolicy? Read(JsonNode? fault)
    {
        if (fault is null)
        {
            return null;
        }

        var status = (int?)fault.Number("abort", "httpStatus");

        // without a percentage nothing is injected
        return new FaultPolicy(
            fault.Number("delay", "percentage", "value") ?? 0,
            GoDuration.Parse(fault.Text("delay", "fixedDelay")) ?? TimeSpan.Zero,
            status is null ? 0 : fault.Number("abort", "percentage", "value") ?? 0,
            status ?? 0);
    }
}
