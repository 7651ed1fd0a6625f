using Canary.Sandbox.Nodes;

namespace Canary.Sandbox.Mesh;

/// <summary>A port of a ready pod. It outlives configurations, so that requests under way stay counted. Thread-safe.</summary>
/// <param name="address">For instance <c>http://127.64.0.2:8080</c>.</param>
/// <param name="labels">The workload as metrics name it.</param>
internal sealed class MeshEndpoint(string address, WorkloadLabels labels)
{
    private int _active;

    public string Address { get; } = address;

    public WorkloadLabels Labels { get; } = labels;

    /// <summary>Requests under way.</summary>
    public int Active => Volatile.Read(ref _active);

    public void Begin() => Interlocked.Increment(ref _active);

    public void End() => Interlocked.Decrement(ref _active);
}
