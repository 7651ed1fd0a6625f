namespace Canary.Kubernetes.Leadership;

/// <summary>What this process has seen of others, by its own monotonic clock: nobody's clock is compared with anybody's. One caller at a time.</summary>
internal sealed class Sightings(TimeProvider time)
{
    private readonly Dictionary<string, Sighting> _lives = [];
    private readonly Dictionary<string, Sighting> _leases = [];

    /// <summary>Takes a look. Called when the answer has come: counting from later than the renewal errs on the safe side.</summary>
    public void Look(LeaseBoard board, TimeSpan defaultDuration)
    {
        var now = time.GetTimestamp();
        foreach (var member in board.Members)
        {
            if (!_lives.TryGetValue(member.Holder, out var known) || known.Version != member.Version)
            {
                _lives[member.Holder] = new Sighting(member.Version, member.Holder, now, member.Duration);
            }
        }

        foreach (var shard in board.Shards)
        {
            if (shard.Holder.Length > 0)
            {
                _lives.TryAdd(shard.Holder, new Sighting(string.Empty, shard.Holder, now, shard.Duration));
            }

            if (!_leases.TryGetValue(shard.Name, out var known) || known.Version != shard.Version)
            {
                _leases[shard.Name] = new Sighting(shard.Version, shard.Holder, now, shard.Duration);
            }
        }

        // What is missing from now on may still be believed in by its holder.
        foreach (var (name, known) in _leases.Where(pair => board.Find(pair.Key) is null && pair.Value.Version.Length > 0).ToList())
        {
            _leases[name] = known with { Version = string.Empty, Since = now, Duration = known.Duration > defaultDuration ? known.Duration : defaultDuration };
        }

        var present = board.Members.Select(member => member.Holder).Concat(board.Shards.Select(shard => shard.Holder)).ToHashSet();
        foreach (var gone in _lives.Where(pair => !present.Contains(pair.Key) && LeftOf(pair.Value) <= TimeSpan.Zero).Select(pair => pair.Key).ToList())
        {
            _lives.Remove(gone);
        }
    }

    /// <summary>Whether somebody may believe to lead: its last sign of life is less than its lease ago, or was not looked for that long.</summary>
    public bool MayLive(string identity) => _lives.TryGetValue(identity, out var known) && LeftOf(known) > TimeSpan.Zero;

    /// <summary>How long somebody has given no sign of life.</summary>
    public TimeSpan SilenceOf(string identity) => _lives.TryGetValue(identity, out var known) ? time.GetElapsedTime(known.Since) : TimeSpan.Zero;

    /// <summary>How long a Lease has been as it is.</summary>
    public TimeSpan UnchangedFor(string lease) => _leases.TryGetValue(lease, out var known) ? time.GetElapsedTime(known.Since) : TimeSpan.Zero;

    /// <summary>Whether a Lease that is missing was somebody else's who may not have noticed.</summary>
    public bool IsMissed(string lease, string identity) =>
        _leases.TryGetValue(lease, out var known) && known.Holder.Length > 0 && known.Holder != identity && LeftOf(known) > TimeSpan.Zero;

    /// <summary>The time until the next of the others counts as dead; null when there is none.</summary>
    public TimeSpan? NextDeath(string identity)
    {
        var left = _lives.Where(pair => pair.Key != identity).Select(pair => LeftOf(pair.Value)).Where(left => left > TimeSpan.Zero).ToList();
        return left.Count > 0 ? left.Min() : null;
    }

    private TimeSpan LeftOf(Sighting known) => known.Duration - time.GetElapsedTime(known.Since);

    /// <param name="Version">The version that was seen last; empty: the Lease was missing.</param>
    /// <param name="Holder">Who held it.</param>
    /// <param name="Since">Timestamp of when that was seen first.</param>
    /// <param name="Duration">How long it counts.</param>
    private sealed record Sighting(string Version, string Holder, long Since, TimeSpan Duration);
}
