namespace Canary.Sandbox.ApiServer;

internal enum WatchEventKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
}

/// <summary>What one watcher is told. A bookmark has no object, only the revision.</summary>
internal readonly record struct WatchEvent(WatchEventKind Kind, StoredObject? Object, long Revision);
