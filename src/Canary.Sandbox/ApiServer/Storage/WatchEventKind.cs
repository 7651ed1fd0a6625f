namespace Canary.Sandbox.ApiServer;

internal enum WatchEventKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
}
