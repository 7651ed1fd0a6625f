using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Leadership;

/// <summary>
/// Decides which shards this replica leads. Each replica has a Lease of its own that it renews; the Lease of a shard says who holds it and is written only when that changes. So the requests
/// grow with the replicas and not with the shards. Sends nothing itself: a round yields its requests one by one, and goes on with their answers.
/// </summary>
/// <remarks>
/// Why there are never two: a replica leads until <see cref="LeaderElectionOptions.RenewDeadline"/> after the <i>beginning</i> of the last round in which it saw its shards still its own and renewed its
/// Lease; an answer that comes after that deadline revives nothing, the shards have to be won again. Others take a shard, under the version that they read, only when they have seen no renewal for
/// <see cref="LeaderElectionOptions.LeaseDuration"/>, which is longer and began later. All times are of one's own monotonic clock.
/// Rounds are run by one caller at a time; what the properties and <see cref="Leads"/> say may be read by any thread.
/// </remarks>
internal sealed class ShardElection
{
    /// <summary>A Lease of a replica that is silent for this many times its duration is removed.</summary>
    private const int BuriedAfter = 6;

    private readonly LeaderElectionOptions _options;
    private readonly Func<int, bool> _isIdle;
    private readonly TimeProvider _time;
    private readonly Sightings _sightings;
    private readonly string _memberName;
    private readonly long[] _terms;
    private volatile Tenure? _tenure;
    private volatile string? _obstacle;
    private volatile int _members;
    private LeaseRecord? _own;
    private bool _unfinished;

    /// <summary>Prepares the election.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="isIdle">Whether no work of a shard is under way, once none is begun any more.</param>
    /// <param name="time">The clock.</param>
    public ShardElection(LeaderElectionOptions options, Func<int, bool> isIdle, TimeProvider time)
    {
        _options = options;
        _isIdle = isIdle;
        _time = time;
        _sightings = new Sightings(time);
        _terms = new long[options.Shards];
        var suffix = Guid.NewGuid().ToString("N");
        Identity = $"{options.Identity}_{suffix}";
        _memberName = $"{options.Name}-member-{suffix[..12]}";
    }

    /// <summary>A shard was won, given back or lost. Told by whoever runs the rounds; after a lost connection it comes at the deadline or later: <see cref="Leads"/> is the truth.</summary>
    public event Action<ShardChange>? Changed;

    /// <summary>Who this replica is in the Leases: the configured identity, an underscore, and a suffix that no other process has.</summary>
    public string Identity { get; }

    /// <summary>Why no shard is tried for, in one sentence; null when nothing stands in the way.</summary>
    public string? Obstacle => _obstacle;

    /// <summary>Replicas that live and have the same number of shards, this one included; 0 before the first round.</summary>
    public int Members => _members;

    /// <summary>The shards that this replica leads now, in order.</summary>
    public IEnumerable<int> Held => _tenure is { } tenure && LeftOf(tenure) > TimeSpan.Zero ? tenure.Shards.Keys.Order() : [];

    /// <summary>Whether this replica leads a shard at this very moment.</summary>
    public bool Leads(int shard) => TermOf(shard) is not null;

    /// <summary>The number of the present term of a shard, null when it is not led. Each term of any replica has a higher one than all before, as long as the Lease exists.</summary>
    public long? TermOf(int shard) => _tenure is { } tenure && tenure.Shards.TryGetValue(shard, out var term) && LeftOf(tenure) > TimeSpan.Zero ? term : null;

    /// <summary>Whether work on a shard may begin: it is led and is not about to be given back.</summary>
    public bool MayBegin(int shard) => _tenure is { } tenure && tenure.Shards.ContainsKey(shard) && !tenure.Leaving.Contains(shard) && LeftOf(tenure) > TimeSpan.Zero;

    /// <summary>Whether a shard waits for its work to end.</summary>
    public bool IsLeaving(int shard) => _tenure is { } tenure && tenure.Leaving.Contains(shard);

    /// <summary>How long what is held counts without a renewal; null when nothing is held.</summary>
    public TimeSpan? Left => _tenure is { } tenure ? LeftOf(tenure) : null;

    /// <summary>How long to wait before the next round.</summary>
    /// <param name="jitter">A number in [0, 1).</param>
    public TimeSpan Pause(double jitter)
    {
        var pause = _unfinished ? _options.RetryPeriod / 10 : _options.RetryPeriod * (1 + (0.2 * jitter));
        foreach (var other in new[] { Left, _sightings.NextDeath(Identity) })
        {
            // a touch later, so that it is over then
            pause = other is { } until && until + Touch < pause ? until + Touch : pause;
        }

        return pause > Touch ? pause : Touch;
    }

    private static TimeSpan Touch => TimeSpan.FromMilliseconds(5);

    /// <summary>One round: look, renew, and give back, take and clean up where that is due.</summary>
    /// <param name="leaving">Whether everything is to be given back.</param>
    /// <returns>The requests, each to be answered before the next is asked for. A round that is not gone through to its end has only done less.</returns>
    public IEnumerable<LeaseCall> Round(bool leaving)
    {
        EndIfOver();
        var started = _time.GetTimestamp();
        var look = LeaseCall.List();
        yield return look;
        if (look.Found is null)
        {
            yield break;
        }

        var board = new LeaseBoard(look.Found, _options);
        _sightings.Look(board, _options.LeaseDuration);
        DropLost(board);

        var announcement = LeaseCall.Write(Announcement(board));
        yield return announcement;
        if (announcement.Stored is null)
        {
            yield break;
        }

        _own = LeaseRecord.Read(announcement.Stored, _options.LeaseDuration);
        Renew(started);

        var settled = new LayoutStep(board, _options, Identity, _sightings, _time);
        if (settled.Write is { } write)
        {
            yield return write;
        }

        _obstacle = settled.Obstacle;
        if (!settled.IsSettled)
        {
            Drop(_tenure?.Shards.Keys ?? [], ShardEvent.Lost);
            yield break;
        }

        foreach (var call in Shards(board, settled.Layout, leaving).Concat(leaving ? [] : Remains(board)))
        {
            yield return call;
        }
    }

    /// <summary>Says good-bye: others need not wait until this replica counts as dead.</summary>
    /// <returns>As for a round.</returns>
    public IEnumerable<LeaseCall> Leave()
    {
        Drop(_tenure?.Shards.Keys ?? [], ShardEvent.GivenBack);
        if (_own is { } own)
        {
            yield return LeaseCall.Delete(own.Lease);
        }
    }

    private IEnumerable<LeaseCall> Shards(LeaseBoard board, LeaseRecord layout, bool leaving)
    {
        var records = Enumerable.Range(0, _options.Shards)
            .Select(shard => _options.Shards == 1 ? layout : board.Find(LeaseBoard.NameOf(shard, _options))).ToArray();
        var members = board.Members.Where(member => member.Shards == _options.Shards && _sightings.MayLive(member.Holder)).Select(member => member.Holder).Append(Identity).ToHashSet();
        _members = members.Count;
        _unfinished = false;

        // What this replica does not know itself to hold is free for it, though the Lease may say otherwise.
        var owners = ShardPlan.Assign([.. records.Select((record, shard) => record?.Holder == Identity && !IsHeld(shard) ? null : record?.Holder)], members);
        for (var shard = 0; shard < owners.Length; shard++)
        {
            if (_tenure is not { } tenure || LeftOf(tenure) < _options.RenewDeadline / 2)
            {
                // the API is slow: renew first
                _unfinished = true;
                yield break;
            }

            var (record, name) = (records[shard], LeaseBoard.NameOf(shard, _options));
            if (IsHeld(shard))
            {
                if (!leaving && owners[shard] == Identity && !tenure.Leaving.Contains(shard))
                {
                    continue;
                }

                _tenure = tenure with { Leaving = tenure.Leaving.Add(shard) };
                Interlocked.MemoryBarrier(); // whoever begins work counts it first and looks at this second
                if (!_isIdle(shard))
                {
                    continue;
                }

                Drop([shard], ShardEvent.GivenBack);
                yield return Release(record!); // held: it was seen just now
            }
            else if (!leaving && owners[shard] == Identity)
            {
                if (IsFree(record, name))
                {
                    var take = LeaseCall.Write(Taken(record, name, shard, out var term));
                    yield return take;
                    Take(take, shard, term);
                }
            }
            else if (record?.Holder == Identity)
            {
                yield return Release(record); // of a term that ended without it
            }
        }
    }

    /// <summary>Removes one Lease that nobody needs any more.</summary>
    private IEnumerable<LeaseCall> Remains(LeaseBoard board)
    {
        var remains = board.Members.FirstOrDefault(member => member.Holder != Identity && _sightings.SilenceOf(member.Holder) > member.Duration * BuriedAfter)
            ?? board.Shards.FirstOrDefault(record => LeaseBoard.IsLeftOver(record, _options) && (record.Holder.Length == 0 || !_sightings.MayLive(record.Holder)));
        if (remains is not null)
        {
            yield return LeaseCall.Delete(remains.Lease);
        }
    }

    private bool IsHeld(int shard) => _tenure is { } tenure && tenure.Shards.ContainsKey(shard);

    private bool IsFree(LeaseRecord? record, string name) => record is null
        ? !_sightings.IsMissed(name, Identity)
        : record.Holder.Length == 0 || record.Holder == Identity || !_sightings.MayLive(record.Holder);

    private JsonObject Announcement(LeaseBoard board)
    {
        var own = board.Find(_memberName);
        var written = LeaseRecord.Write(
            own?.Lease, _options.Namespace, _memberName, Identity, _options.LeaseDuration, own?.Transitions ?? 0, _time.GetUtcNow(), acquired: own is null);
        LeaseRecord.Label(written, LeaseRecord.MemberLabel, _options.Name);
        LeaseRecord.Annotate(written, LeaseRecord.ShardsAnnotation, _options.Shards.ToString(CultureInfo.InvariantCulture));
        LeaseRecord.Annotate(written, LeaseRecord.LeadsAnnotation, string.Join(',', Held));
        return written;
    }

    private JsonObject Taken(LeaseRecord? record, string name, int shard, out long term)
    {
        // Every term has its own number, also when nobody else held the Lease in between or it was deleted and made anew.
        term = _terms[shard] = Math.Max(record?.Transitions ?? 0, _terms[shard]) + 1;
        var written = LeaseRecord.Write(record?.Lease, _options.Namespace, name, Identity, _options.LeaseDuration, term, _time.GetUtcNow(), acquired: true);
        LeaseRecord.Annotate(written, LeaseRecord.ShardsAnnotation, _options.Shards.ToString(CultureInfo.InvariantCulture));
        return written;
    }

    private LeaseCall Release(LeaseRecord record) => LeaseCall.Write(
        LeaseRecord.Write(record.Lease, _options.Namespace, record.Name, string.Empty, _options.LeaseDuration, record.Transitions, _time.GetUtcNow(), acquired: false));

    private void Take(LeaseCall take, int shard, long term)
    {
        EndIfOver(); // an answer that comes too late gives nothing
        if (take.Stored is not null && _tenure is { } tenure)
        {
            _tenure = tenure with { Shards = tenure.Shards.SetItem(shard, term) };
            Changed?.Invoke(new ShardChange(shard, ShardEvent.Taken, term));
        }
    }

    private void Renew(long started)
    {
        EndIfOver(); // likewise: what is over stays over
        _tenure = _tenure is { } tenure
            ? tenure with { RenewedAt = started }
            : new Tenure(started, ImmutableDictionary<int, long>.Empty, []);
    }

    private void DropLost(LeaseBoard board)
    {
        if (_tenure is { } tenure)
        {
            var lost = tenure.Shards
                .Where(pair => board.Find(LeaseBoard.NameOf(pair.Key, _options)) is not { } record || record.Holder != Identity || record.Transitions != pair.Value)
                .Select(pair => pair.Key);
            Drop([.. lost], ShardEvent.Lost);
        }
    }

    private void EndIfOver()
    {
        if (_tenure is { } tenure && LeftOf(tenure) <= TimeSpan.Zero)
        {
            _tenure = null;
            Tell(tenure, [.. tenure.Shards.Keys.Order()], ShardEvent.Lost);
        }
    }

    private void Drop(IEnumerable<int> shards, ShardEvent why)
    {
        if (_tenure is { } tenure && shards.Order().ToArray() is { Length: > 0 } dropped)
        {
            _tenure = tenure with { Shards = tenure.Shards.RemoveRange(dropped), Leaving = tenure.Leaving.Except(dropped) };
            Tell(tenure, dropped, why);
        }
    }

    private void Tell(Tenure tenure, IEnumerable<int> shards, ShardEvent why)
    {
        foreach (var shard in shards)
        {
            Changed?.Invoke(new ShardChange(shard, why, tenure.Shards[shard]));
        }
    }

    private TimeSpan LeftOf(Tenure tenure) => _options.RenewDeadline - _time.GetElapsedTime(tenure.RenewedAt);

    /// <param name="RenewedAt">Timestamp at which the last round began that renewed it.</param>
    /// <param name="Shards">The shards, each with the number of its term.</param>
    /// <param name="Leaving">Those of them that are given back as soon as their work ends.</param>
    private sealed record Tenure(long RenewedAt, ImmutableDictionary<int, long> Shards, ImmutableHashSet<int> Leaving);
}

/// <summary>What became of a shard here.</summary>
/// <param name="Shard">Which, from 0.</param>
/// <param name="Event">What.</param>
/// <param name="Term">The number of the term that began or ended.</param>
internal readonly record struct ShardChange(int Shard, ShardEvent Event, long Term);

/// <summary>What can become of a shard.</summary>
internal enum ShardEvent
{
    /// <summary>This replica leads it from now on.</summary>
    Taken,

    /// <summary>Given back on purpose, its work ended.</summary>
    GivenBack,

    /// <summary>The Lease could not be renewed in time, or is another's.</summary>
    Lost,
}
