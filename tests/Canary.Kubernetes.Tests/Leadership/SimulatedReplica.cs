using Canary.Kubernetes.Leadership;

namespace Canary.Kubernetes.Tests.Leadership;

/// <summary>A replica of which each request is sent, carried out and answered when the test says so.</summary>
internal sealed class SimulatedReplica
{
    private readonly LeaseWorld _world;
    private readonly TimeProvider _clock;
    private IEnumerator<LeaseCall>? _round;
    private Action? _answer;
    private bool _executed;
    private long _rested;
    private TimeSpan _pause;

    public SimulatedReplica(LeaseWorld world, TimeProvider clock, string name, int shards)
    {
        _world = world;
        _clock = clock;
        Name = name;
        Shards = shards;
        Election = new ShardElection(new LeaderElectionOptions { Namespace = "canary", Identity = name, Shards = shards }, shard => !Busy.Contains(shard), clock);
        Election.Changed += change => Changes.Add(change);
    }

    public string Name { get; }

    public int Shards { get; }

    public ShardElection Election { get; }

    public HashSet<int> Busy { get; } = [];

    public List<ShardChange> Changes { get; } = [];

    public bool IsLeaving { get; private set; }

    public bool IsGone { get; private set; }

    /// <summary>Whether there is something to do: a request under way, or a round that is due.</summary>
    public bool IsDue => _round is not null || _clock.GetElapsedTime(_rested) >= _pause;

    /// <summary>Requests that were carried out.</summary>
    public int Requests { get; private set; }

    public void Stop() => IsLeaving = true;

    /// <summary>Goes one step on: begins a round, has its request carried out, or takes its answer.</summary>
    /// <param name="fate">What becomes of the request.</param>
    /// <returns>What will still happen to a request that the replica has given up; null for nothing.</returns>
    public Action? Step(Fate fate)
    {
        if (_round is null)
        {
            _round = (IsLeaving && !Election.Held.Any() ? End() : Election.Round(IsLeaving)).GetEnumerator();
            Go();
            return null;
        }

        var call = _round.Current;
        if (!_executed)
        {
            if (fate == Fate.Late)
            {
                Go();
                return () => _world.Execute(call);
            }

            Requests++;
            _answer = fate == Fate.Refused ? () => { } : _world.Execute(call);
            _executed = true;
            return null;
        }

        if (fate != Fate.Lost)
        {
            _answer!(); // set with it
        }

        Go();
        return null;
    }

    private IEnumerable<LeaseCall> End()
    {
        foreach (var call in Election.Leave())
        {
            yield return call;
        }

        IsGone = true;
    }

    private void Go()
    {
        _executed = false;
        if (!_round!.MoveNext()) // called within a round
        {
            _round = null;
            _pause = Election.Pause(0.5);
            _rested = _clock.GetTimestamp();
        }
    }
}

/// <summary>What becomes of a request or its answer.</summary>
internal enum Fate
{
    Done,

    /// <summary>It is not carried out.</summary>
    Refused,

    /// <summary>It is carried out, and the answer does not come.</summary>
    Lost,

    /// <summary>Its sender gives up, and it is carried out later.</summary>
    Late,
}
