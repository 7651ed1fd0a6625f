using Canary.Core;

namespace Canary.Engine.Queueing;

/// <summary>Which rollouts to look at: each at most once, by at most one worker at a time, urgent ones first. Thread-safe.</summary>
/// <remarks>What is added while its rollout is being worked on is not lost: it is handed out again afterwards.</remarks>
internal sealed class WorkQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly BackOff _backOff;
    private readonly Dictionary<RolloutKey, QueueEntry> _entries = [];
    private readonly LinkedList<QueueEntry> _urgent = [];
    private readonly LinkedList<QueueEntry> _ordinary = [];
    private readonly WaitingWorkers _reservedWorkers = new();
    private readonly WaitingWorkers _workers = new();
    private readonly PriorityQueue<(QueueEntry Entry, TimeSpan Due), TimeSpan> _delayed = new();
    private readonly List<TaskCompletionSource> _idle = [];
    private readonly ITimer _timer;
    private int _running;
    private bool _completed;

    public WorkQueue(TimeProvider time, BackOff backOff)
    {
        _time = time;
        _backOff = backOff;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static queue => ((WorkQueue)queue!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Rollouts that wait in the urgent lane.</summary>
    public int UrgentDepth => Read(() => _urgent.Count);

    /// <summary>Rollouts that wait in the ordinary lane.</summary>
    public int OrdinaryDepth => Read(() => _ordinary.Count);

    /// <summary>Rollouts that wait for their time.</summary>
    public int DelayedDepth => Read(() => _entries.Values.Count(entry => entry.Due is not null));

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Adds a rollout now. An urgent one is taken first, overtakes a pass of the same rollout that is under way, and ends a hold.</summary>
    public void Add(RolloutKey key, bool urgent = false)
    {
        WorkItem? overtaken;
        lock (_gate)
        {
            overtaken = Enqueue(EntryOf(key), urgent);
            Offer();
            Forget(key, failures: false);
        }

        // Outside the lock: whoever waits on the token may run here.
        overtaken?.Overtake();
    }

    /// <summary>Adds a rollout when a time has gone by, unless it is looked at before; the earlier of two times counts.</summary>
    public void AddAfter(RolloutKey key, TimeSpan delay, bool urgent = false)
    {
        lock (_gate)
        {
            if (!_completed)
            {
                Schedule(EntryOf(key), Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), urgent);
            }
        }
    }

    /// <summary>Counts a failure of a rollout and adds it when its back-off has gone by.</summary>
    /// <returns>The back-off.</returns>
    public TimeSpan AddBackingOff(RolloutKey key, bool urgent = false)
    {
        lock (_gate)
        {
            var entry = EntryOf(key);
            var delay = _backOff.After(++entry.Failures);
            if (!_completed)
            {
                Schedule(entry, Now + delay, urgent);
            }

            return delay;
        }
    }

    /// <summary>Keeps a rollout back: whatever is added in the meantime waits for the end of the hold, but for urgent changes.</summary>
    public void Hold(RolloutKey key, TimeSpan duration)
    {
        lock (_gate)
        {
            var entry = EntryOf(key);
            entry.HeldUntil = Now + duration;
            if (!_completed)
            {
                Schedule(entry, entry.HeldUntil, urgent: false);
            }
        }
    }

    /// <summary>Forgets the failures of a rollout: its next one waits the shortest time again.</summary>
    public void Forget(RolloutKey key)
    {
        lock (_gate)
        {
            Forget(key, failures: true);
        }
    }

    /// <summary>Tells the worker that holds a rollout to stop.</summary>
    public void Interrupt(RolloutKey key)
    {
        WorkItem? running;
        lock (_gate)
        {
            running = _entries.TryGetValue(key, out var entry) ? entry.Running : null;
        }

        running?.Interrupt();
    }

    /// <summary>Takes the next rollout, waiting for one.</summary>
    /// <param name="urgentOnly">Whether only the urgent lane serves this worker.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The item, to be handed back with <see cref="Done"/>; null once the queue is completed.</returns>
    public async Task<WorkItem?> TakeAsync(bool urgentOnly, CancellationToken cancellation)
    {
        var workers = urgentOnly ? _reservedWorkers : _workers;
        WaitingWorkers.Place place;
        lock (_gate)
        {
            if (_completed)
            {
                return null;
            }

            place = workers.Join();
            Offer();
        }

        await using var registration = cancellation.Register(() => GiveUp(place, workers, cancellation)).ConfigureAwait(false);
        return await place.Item.ConfigureAwait(false);
    }

    /// <summary>Hands an item back; what came meanwhile is queued now.</summary>
    public void Done(WorkItem item)
    {
        lock (_gate)
        {
            var entry = _entries[item.Key];
            entry.Running = null;
            _running--;
            if (entry.Again)
            {
                var urgent = entry.AgainUrgent;
                entry.Again = entry.AgainUrgent = false;
                Enqueue(entry, urgent);
                Offer();
            }

            Forget(item.Key, failures: false);
            SignalIdle();
        }
    }

    /// <summary>Hands out nothing more; workers that wait get null.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _reservedWorkers.SendHome();
            _workers.SendHome();
        }
    }

    /// <summary>Waits until nothing waits and nothing is worked on; what is delayed does not count.</summary>
    public Task WhenIdleAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _idle.Add(signal);
            SignalIdle();
            return signal.Task.WaitAsync(cancellation);
        }
    }

    public void Dispose()
    {
        Complete();
        _timer.Dispose();
    }

    private int Read(Func<int> count)
    {
        lock (_gate)
        {
            return count();
        }
    }

    private QueueEntry EntryOf(RolloutKey key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            entry = new QueueEntry(key);
            _entries.Add(key, entry);
        }

        return entry;
    }

    private WorkItem? Enqueue(QueueEntry entry, bool urgent)
    {
        if (_completed)
        {
            return null;
        }

        if (!urgent && entry.HeldUntil > Now)
        {
            Schedule(entry, entry.HeldUntil, urgent: false);
            return null;
        }

        if (entry.Running is { } running)
        {
            entry.Again = true;
            entry.AgainUrgent |= urgent;
            return urgent ? running : null;
        }

        if (entry.Node is { } node)
        {
            if (!urgent || node.List == _urgent)
            {
                return null;
            }

            _ordinary.Remove(node);
        }

        entry.Node = (urgent ? _urgent : _ordinary).AddLast(entry);
        return null;
    }

    private void Offer()
    {
        while (_urgent.First is { } urgent && (_reservedWorkers.TryCall(out var place) || _workers.TryCall(out place)))
        {
            place.Give(Start(urgent, urgent: true));
        }

        while (_ordinary.First is { } ordinary && _workers.TryCall(out var place))
        {
            place.Give(Start(ordinary, urgent: false));
        }
    }

    private WorkItem Start(LinkedListNode<QueueEntry> node, bool urgent)
    {
        var entry = node.Value;
        node.List!.Remove(node); // the first of a lane always has a list
        entry.Node = null;
        entry.Due = null; // the pass that starts now decides anew when to look again
        entry.DueUrgent = false;
        entry.Running = new WorkItem(entry.Key, urgent);
        _running++;
        return entry.Running;
    }

    private void Schedule(QueueEntry entry, TimeSpan due, bool urgent)
    {
        if (!urgent && entry.HeldUntil > due)
        {
            due = entry.HeldUntil;
        }

        entry.DueUrgent |= urgent;
        if (entry.Due is null || entry.Due > due)
        {
            entry.Due = due;
            _delayed.Enqueue((entry, due), due);
        }

        OnDue();
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            OnDue();
        }
    }

    private void OnDue()
    {
        while (_delayed.TryPeek(out var next, out var due))
        {
            if (next.Entry.Due != due)
            {
                _delayed.Dequeue(); // taken or moved since
                continue;
            }

            var wait = due - Now;
            if (wait > TimeSpan.Zero)
            {
                // Timers count whole milliseconds: rounded up, so that one wake-up is enough.
                _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                break;
            }

            _delayed.Dequeue();
            var urgent = next.Entry.DueUrgent;
            next.Entry.Due = null;
            next.Entry.DueUrgent = false;
            if (!urgent && next.Entry.HeldUntil > Now)
            {
                next.Entry.Due = next.Entry.HeldUntil;
                _delayed.Enqueue((next.Entry, next.Entry.HeldUntil), next.Entry.HeldUntil);
                continue;
            }

            // A time that has come never overtakes: only news from outside does.
            Enqueue(next.Entry, urgent);
        }

        Offer();
    }

    private void Forget(RolloutKey key, bool failures)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return;
        }

        if (failures)
        {
            entry.Failures = 0;
        }

        if (entry is { Node: null, Running: null, Due: null, Failures: 0 } && entry.HeldUntil <= Now)
        {
            _entries.Remove(key);
        }
    }

    private void GiveUp(WaitingWorkers.Place place, WaitingWorkers workers, CancellationToken cancellation)
    {
        lock (_gate)
        {
            workers.Leave(place, cancellation);
        }
    }

    private void SignalIdle()
    {
        if (_running == 0 && _urgent.Count == 0 && _ordinary.Count == 0)
        {
            foreach (var signal in _idle)
            {
                signal.SetResult();
            }

            _idle.Clear();
        }
    }
}
