namespace Canary.Sandbox.ApiServer;

/// <summary>How a place in an object is merged: what a list's items are told apart by, and whether a map is one value.</summary>
internal abstract class StructureNode
{
    /// <summary>How this place is merged when it holds a list.</summary>
    public virtual ListKind List => ListKind.Atomic;

    /// <summary>Fields that tell list items apart, for server-side apply.</summary>
    public virtual IReadOnlyList<string> Keys => [];

    /// <summary>The field by which a strategic merge patch tells list items apart; null when it replaces the list.</summary>
    public virtual string? PatchMergeKey => null;

    /// <summary>Whether an object at this place is replaced as a whole.</summary>
    public virtual bool IsAtomicMap => false;

    public abstract StructureNode Field(string name);

    public abstract StructureNode Item { get; }
}
