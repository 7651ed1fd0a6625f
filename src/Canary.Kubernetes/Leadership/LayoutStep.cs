using System.Globalization;

namespace Canary.Kubernetes.Leadership;

/// <summary>
/// Whether the replicas agree on the number of shards, and what this one does about it. The Lease named after the election says the number. It is changed only when no replica with another number
/// lives; and before anybody leads under the new one, a whole lease goes by in which the Lease names the former one, so that whoever was only frozen has stopped. One look; used once.
/// </summary>
internal sealed class LayoutStep
{
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly LeaseRecord? _found;

    /// <summary>Decides.</summary>
    public LayoutStep(LeaseBoard board, LeaderElectionOptions options, string identity, Sightings sightings, TimeProvider time)
    {
        (_options, _time, _found) = (options, time, board.Layout);
        if (_found is { FormerShards: null } settled && settled.Shards == options.Shards)
        {
            return;
        }

        var others = board.Members.Where(member => member.Holder != identity && member.Shards != options.Shards && sightings.MayLive(member.Holder)).ToList();
        if (_found?.Shards != options.Shards && others.Count > 0)
        {
            Obstacle = string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(", ", others.Select(other => other.Holder))} {(others.Count == 1 ? "works" : "work")} with {others[0].Shards?.ToString(CultureInfo.InvariantCulture) ?? "?"} shards, this replica has {options.Shards} and waits until they are gone");
        }
        else if (_found is null && sightings.IsMissed(options.Name, identity))
        {
            Obstacle = $"Lease {options.Namespace}/{options.Name} was deleted, and its holder may not have noticed yet";
        }
        else if (_found is null)
        {
            Write = Written(null);
        }
        else if (_found.Shards != options.Shards)
        {
            Write = Written(_found.Shards?.ToString(CultureInfo.InvariantCulture) ?? "?");
            Obstacle = Changing(_found.Shards?.ToString(CultureInfo.InvariantCulture));
        }
        else if (sightings.UnchangedFor(options.Name) >= options.LeaseDuration)
        {
            Write = Written(null);
        }
        else
        {
            Obstacle = Changing(_found.FormerShards);
        }
    }

    /// <summary>What is to be written first; null for nothing.</summary>
    public LeaseCall? Write { get; }

    /// <summary>Why shards must not be taken yet; null when nothing stands in the way.</summary>
    public string? Obstacle { get; }

    /// <summary>Whether shards may be led and taken, <see cref="Write"/> being answered.</summary>
    public bool IsSettled => Obstacle is null && (Write is null || Write.Stored is not null);

    /// <summary>The Lease as it is now. Only once settled.</summary>
    public LeaseRecord Layout => Write?.Stored is { } stored ? LeaseRecord.Read(stored, _options.LeaseDuration) : _found!; // settled by what was found

    private LeaseCall Written(string? former)
    {
        var written = LeaseRecord.Write(
            _found?.Lease, _options.Namespace, _options.Name, string.Empty, _options.LeaseDuration, _found?.Transitions ?? 0, _time.GetUtcNow(), acquired: false);
        LeaseRecord.Annotate(written, LeaseRecord.ShardsAnnotation, _options.Shards.ToString(CultureInfo.InvariantCulture));
        LeaseRecord.Annotate(written, LeaseRecord.FormerAnnotation, former);
        return LeaseCall.Write(written);
    }

    private string Changing(string? former) => string.Create(
        CultureInfo.InvariantCulture, $"the number of shards is being changed from {former ?? "?"} to {_options.Shards}, which takes one lease");
}
