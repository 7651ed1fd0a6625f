using Canary.Sandbox.Nodes;

namespace Canary.Sandbox;

/// <summary>What the sandbox starts.</summary>
internal sealed record SandboxOptions
{
    /// <summary>A kubeconfig of an API server to use instead of the sandbox's own; null starts one.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>A kubeconfig of the engine's own, of the same API server with other rights; null: it comes as everybody else does.</summary>
    public string? EngineKubeconfig { get; init; }

    /// <summary>Loopback port of the API server; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether the engine runs in this process; false where it is a process of its own.</summary>
    public bool Engine { get; init; } = true;

    /// <summary>Loopback port of the engine's health and metrics; 0 takes a free one.</summary>
    public int EnginePort { get; init; }

    /// <summary>Whether the sandbox's own controllers run; null means with the sandbox's own API server only.</summary>
    public bool? Controllers { get; init; }

    /// <summary>Nodes, mesh and load.</summary>
    public DataPlaneOptions DataPlane { get; init; } = new();

    /// <summary>Further configuration of the engine, as <c>--Section:Name=value</c>.</summary>
    public IReadOnlyList<string> EngineArguments { get; init; } = [];
}
