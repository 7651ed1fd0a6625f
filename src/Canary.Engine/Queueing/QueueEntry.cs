using Canary.Core;

namespace Canary.Engine.Queueing;

/// <summary>What a <see cref="WorkQueue"/> knows of one rollout; guarded by the queue's lock.</summary>
internal sealed class QueueEntry(RolloutKey key)
{
    public RolloutKey Key { get; } = key;

    /// <summary>Its place in a lane; null when it waits in none.</summary>
    public LinkedListNode<QueueEntry>? Node { get; set; }

    /// <summary>The item that a worker holds; null when none does.</summary>
    public WorkItem? Running { get; set; }

    /// <summary>Whether it is to be queued again when the worker is done.</summary>
    public bool Again { get; set; }

    /// <summary>Whether that is urgent.</summary>
    public bool AgainUrgent { get; set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>When it is queued by time; null when it is not.</summary>
    public TimeSpan? Due { get; set; }

    /// <summary>Whether that is urgent.</summary>
    public bool DueUrgent { get; set; }

    /// <summary>Until when ordinary changes wait.</summary>
    public TimeSpan HeldUntil { get; set; }
}
