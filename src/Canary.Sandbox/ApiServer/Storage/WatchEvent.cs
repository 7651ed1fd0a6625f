namespace Canary.Sandbox.ApiServer;

/// <summary>What one watcher is told. A bookmark has no object, only the revision.</summary>
internal readonly record struct WatchEvent(WatchEventKind Kind, StoredObject? Object, long Revision);
