namespace Canary.Kubernetes.Announcing;

/// <summary>Which Events were written lately, so that the same news is counted instead of written again. Bounded. Thread-safe.</summary>
/// <param name="window">How long an Event is counted on after it was last told.</param>
/// <param name="capacity">How many Events are remembered; the one told longest ago goes first.</param>
internal sealed class EventMemory(TimeSpan window, int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EventIdentity, LinkedListNode<Remembered>> _found = [];
    private readonly LinkedList<Remembered> _order = [];

    /// <summary>How many Events are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _found.Count;
            }
        }
    }

    /// <summary>The Event that already says so; null when there is none within the window.</summary>
    public (string Name, int Count)? Find(EventIdentity identity, DateTimeOffset at)
    {
        lock (_lock)
        {
            return _found.TryGetValue(identity, out var node) && at - node.Value.At < window ? (node.Value.Name, node.Value.Count) : null;
        }
    }

    /// <summary>Remembers an Event as it was written.</summary>
    public void Remember(EventIdentity identity, string name, int count, DateTimeOffset at)
    {
        lock (_lock)
        {
            Remove(identity);
            _found[identity] = _order.AddLast(new Remembered(identity, name, count, at));
            while (_order.First is { } oldest && (_order.Count > capacity || at - oldest.Value.At >= window))
            {
                Remove(oldest.Value.Identity);
            }
        }
    }

    /// <summary>Forgets an Event that is gone.</summary>
    public void Forget(EventIdentity identity)
    {
        lock (_lock)
        {
            Remove(identity);
        }
    }

    private void Remove(EventIdentity identity)
    {
        if (_found.Remove(identity, out var node))
        {
            _order.Remove(node);
        }
    }

    private sealed record Remembered(EventIdentity Identity, string Name, int Count, DateTimeOffset At);
}

/// <summary>What makes two Events the same news.</summary>
/// <param name="Uid">The Rollout's uid.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Message">The message.</param>
/// <param name="Warning">Whether it is a warning.</param>
internal sealed record EventIdentity(string Uid, string Reason, string Message, bool Warning);
