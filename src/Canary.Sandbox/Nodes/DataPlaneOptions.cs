using Canary.Sandbox.Load;
using Canary.Sandbox.Mesh;

namespace Canary.Sandbox.Nodes;

/// <summary>Which parts of the data plane run, and how.</summary>
internal sealed class DataPlaneOptions
{
    /// <summary>Whether the sandbox's own controllers run; not beside a real kube-controller-manager. True by default.</summary>
    public bool Controllers { get; init; } = true;

    /// <summary>The nodes; null leaves them out.</summary>
    public NodeOptions? Nodes { get; init; } = new();

    /// <summary>The mesh; null leaves it out.</summary>
    public MeshOptions? Mesh { get; init; } = new();

    /// <summary>The load, which needs the mesh; null leaves it out. It begins with <see cref="SandboxDataPlane.StartLoadAsync"/>.</summary>
    public LoadOptions? Load { get; init; }

    /// <summary>Seed of pod names and of the pauses between repeated calls.</summary>
    public int Seed { get; init; } = 1;
}
