using Canary.Core;
using Canary.Core.Rollouts;

namespace Canary.Engine.Announcing;

/// <summary>An announcement that waits to be told.</summary>
/// <param name="Key">The rollout.</param>
/// <param name="Announcement">What is told.</param>
internal sealed record Posted(RolloutKey Key, Announcement Announcement);

/// <summary>Announcements that wait, one lane a rollout, so that each rollout's are told in order. Bounded over all lanes. Thread-safe.</summary>
/// <param name="capacity">How many may wait; beyond it the one that waits longest is dropped.</param>
internal sealed class AnnouncementLanes(int capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Posted> _waiting = [];
    private readonly Dictionary<RolloutKey, Queue<LinkedListNode<Posted>>> _lanes = [];
    private bool _closed;

    /// <summary>Puts an announcement at the end of its rollout's lane.</summary>
    /// <returns>Whether the lane was opened for it and somebody has to serve it, and which announcement was dropped.</returns>
    public (bool Opened, Posted? Dropped) Add(Posted posted)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return (false, posted);
            }

            var opened = !_lanes.TryGetValue(posted.Key, out var lane);
            if (lane is null)
            {
                _lanes.Add(posted.Key, lane = new Queue<LinkedListNode<Posted>>());
            }

            lane.Enqueue(_waiting.AddLast(posted));
            return (opened, _waiting.Count > capacity ? Remove(_waiting.First!.Value.Key) : null); // above the capacity there is a first
        }
    }

    /// <summary>Takes a lane's first announcement. Whoever takes from a lane has it for himself until it is returned.</summary>
    /// <returns>The announcement; null when all of the lane's were dropped.</returns>
    public Posted? Take(RolloutKey key)
    {
        lock (_gate)
        {
            return Remove(key);
        }
    }

    /// <summary>Gives a lane back.</summary>
    /// <returns>Whether it has more to tell, and whether everything was told and nothing more comes.</returns>
    public (bool More, bool Done) Return(RolloutKey key)
    {
        lock (_gate)
        {
            if (_lanes[key].Count > 0)
            {
                return (true, false);
            }

            _lanes.Remove(key);
            return (false, _closed && _lanes.Count == 0);
        }
    }

    /// <summary>Takes nothing more in.</summary>
    /// <returns>Whether everything was told.</returns>
    public bool Close()
    {
        lock (_gate)
        {
            _closed = true;
            return _lanes.Count == 0;
        }
    }

    // the announcement that waits longest of all is also the first of its lane
    private Posted? Remove(RolloutKey key)
    {
        if (!_lanes[key].TryDequeue(out var node))
        {
            return null;
        }

        _waiting.Remove(node);
        return node.Value;
    }
}
