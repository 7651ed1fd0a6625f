using System.Threading.Channels;

namespace Canary.Sandbox.ApiServer;

/// <summary>One open watch: a bounded queue between the store and a connection. One that does not keep up is ended, as a real server does.</summary>
internal sealed class Watcher(WatchFilter filter, int capacity, Action<Watcher> unsubscribe) : IDisposable
{
    private readonly Channel<WatchEvent> _events = Channel.CreateBounded<WatchEvent>(new BoundedChannelOptions(capacity) { SingleReader = true });

    public ChannelReader<WatchEvent> Events => _events.Reader;

    /// <summary>Called under the store's lock, so that order is kept.</summary>
    public void Offer(StoreEvent change)
    {
        if (filter.See(change) is { } seen)
        {
            Push(seen);
        }
    }

    public void Push(WatchEvent seen)
    {
        if (!_events.Writer.TryWrite(seen))
        {
            _events.Writer.TryComplete();
        }
    }

    /// <summary>Ends the stream after what is queued already.</summary>
    public void Complete() => _events.Writer.TryComplete();

    public void Dispose()
    {
        unsubscribe(this);
        Complete();
    }
}
