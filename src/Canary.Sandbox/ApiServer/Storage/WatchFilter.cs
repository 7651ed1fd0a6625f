namespace Canary.Sandbox.ApiServer;

/// <summary>Which objects a list or watch is about.</summary>
internal sealed record WatchFilter(string Namespace, LabelSelector Labels, FieldSelector Fields)
{
    public static readonly WatchFilter Everything = new("", LabelSelector.Everything, FieldSelector.Everything);

    public bool Matches(StoredObject candidate) =>
        (Namespace.Length == 0 || candidate.Namespace == Namespace) && Fields.Matches(candidate) && Labels.Matches(candidate.Root);

    /// <summary>How the change looks through this filter: an object that stops matching is deleted, one that begins to match is added.</summary>
    public WatchEvent? See(StoreEvent change)
    {
        if (change.Deleted)
        {
            return Matches(change.Previous ?? change.Current) ? new WatchEvent(WatchEventKind.Deleted, change.Current, change.Revision) : null;
        }

        var matched = change.Previous is not null && Matches(change.Previous);
        return (matched, Matches(change.Current)) switch
        {
            (false, true) => new WatchEvent(WatchEventKind.Added, change.Current, change.Revision),
            (true, true) => new WatchEvent(WatchEventKind.Modified, change.Current, change.Revision),
            (true, false) => new WatchEvent(WatchEventKind.Deleted, LastSeen(change), change.Revision),
            _ => null,
        };
    }

    // a watcher must see the state that it knew, at the revision at which it stopped matching
    private static StoredObject LastSeen(StoreEvent change)
    {
        var copy = new StoredObject(change.Previous!.Root.Copy()); // it matched, so there was one
        copy.Stamp(change.Revision);
        return copy;
    }
}
