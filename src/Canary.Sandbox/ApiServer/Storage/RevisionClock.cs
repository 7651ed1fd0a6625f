namespace Canary.Sandbox.ApiServer;

/// <summary>The one counter of resource versions, as etcd's revision. Thread-safe.</summary>
internal sealed class RevisionClock
{
    private long _current = 1;

    public long Current => Interlocked.Read(ref _current);

    public long Next() => Interlocked.Increment(ref _current);
}
