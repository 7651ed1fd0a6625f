using System.Diagnostics.CodeAnalysis;

namespace Canary.Engine.Queueing;

/// <summary>Workers that wait for an item, first come first served; guarded by the queue's lock.</summary>
internal sealed class WaitingWorkers
{
    private readonly LinkedList<Place> _line = [];

    /// <summary>Joins the end of the line.</summary>
    public Place Join()
    {
        var place = new Place();
        place.Node = _line.AddLast(place);
        return place;
    }

    /// <summary>Calls the first of the line, who must then be given an item.</summary>
    public bool TryCall([NotNullWhen(true)] out Place? place)
    {
        place = _line.First?.Value;
        if (place is null)
        {
            return false;
        }

        _line.RemoveFirst();
        place.Node = null;
        return true;
    }

    /// <summary>Leaves the line, unless an item was given already.</summary>
    public void Leave(Place place, CancellationToken cancellation)
    {
        if (place.Node is { } node)
        {
            _line.Remove(node);
            place.Node = null;
            place.Cancel(cancellation);
        }
    }

    /// <summary>Gives everybody nothing.</summary>
    public void SendHome()
    {
        while (TryCall(out var place))
        {
            place.Give(null);
        }
    }

    /// <summary>A worker's place in the line.</summary>
    internal sealed class Place
    {
        // Not on the thread that gives: it holds the queue's lock.
        private readonly TaskCompletionSource<WorkItem?> _item = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<WorkItem?> Item => _item.Task;

        internal LinkedListNode<Place>? Node { get; set; }

        public void Give(WorkItem? item) => _item.SetResult(item);

        internal void Cancel(CancellationToken cancellation) => _item.SetCanceled(cancellation);
    }
}
