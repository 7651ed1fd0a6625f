namespace Canary.Core;

/// <summary>Names one Rollout.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The name within the namespace.</param>
public readonly record struct RolloutKey(string Namespace, string Name)
{
    /// <summary>Shows the key as people write it.</summary>
    /// <returns><c>namespace/name</c>.</returns>
    public override string ToString() => $"{Namespace}/{Name}";
}
