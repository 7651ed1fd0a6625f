using System.Text.Json.Nodes;

namespace Canary.Sandbox.Demo;

/// <summary>What is told, and how fast.</summary>
internal sealed record DemonstrationPlan
{
    /// <summary>The versions that follow v1, in their order.</summary>
    public IReadOnlyList<Story> Stories { get; init; } = Story.All;

    /// <summary>Changes the Rollout before it is created, to other times for instance; null leaves the manifest as it is.</summary>
    public Action<JsonObject>? Adjust { get; init; }

    /// <summary>What the mesh needs to learn of a change; counts in between belong to no weight.</summary>
    public TimeSpan MeshLearns { get; init; } = TimeSpan.FromMilliseconds(600);
}
