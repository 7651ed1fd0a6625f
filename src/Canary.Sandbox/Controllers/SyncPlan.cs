namespace Canary.Sandbox.Controllers;

/// <summary>What one pass of a controller over one object asks for.</summary>
/// <param name="Writes">In the order in which they are to be sent; the first failure ends the pass, which is then repeated on fresh reads.</param>
/// <param name="LookAgainIn">When to look again though nothing may change; null when only changes matter.</param>
internal sealed record SyncPlan(IReadOnlyList<ClusterWrite> Writes, TimeSpan? LookAgainIn = null)
{
    public static SyncPlan Nothing { get; } = new([]);
}
