namespace Canary.Sandbox.ApiServer;

/// <summary>How a write is to be done.</summary>
/// <param name="Manager">The field manager.</param>
/// <param name="DryRun">Everything but the storing.</param>
/// <param name="Strictness">What unknown fields mean.</param>
internal sealed record WriteOptions(string Manager, bool DryRun = false, FieldStrictness Strictness = FieldStrictness.Ignore)
{
    /// <summary>Sent to the client as <c>Warning</c> headers.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Keys that the body has twice; filled while it is parsed.</summary>
    public List<string> Duplicates { get; } = [];
}
