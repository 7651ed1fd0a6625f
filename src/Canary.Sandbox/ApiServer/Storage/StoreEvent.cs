namespace Canary.Sandbox.ApiServer;

/// <summary>One change in a store.</summary>
/// <param name="Current">The object after it.</param>
/// <param name="Previous">The object before it; null when it was created.</param>
/// <param name="Deleted">Whether <paramref name="Current"/> is the last state of an object that is gone.</param>
internal sealed record StoreEvent(StoredObject Current, StoredObject? Previous, bool Deleted)
{
    public long Revision => Current.Revision;
}
