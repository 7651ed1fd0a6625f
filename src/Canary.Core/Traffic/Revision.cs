namespace Canary.Core.Traffic;

/// <summary>The identity of a pod template: the value of the label <c>pod-template-hash</c> that its pods carry.</summary>
/// <param name="Hash">A label value, never empty.</param>
public readonly record struct Revision(string Hash)
{
    /// <summary>Shows the hash.</summary>
    /// <returns>The hash.</returns>
    public override string ToString() => Hash;
}
