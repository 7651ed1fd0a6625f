using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Leadership;

/// <summary>The Leases of one election at one time. Immutable.</summary>
internal sealed class LeaseBoard
{
    private readonly Dictionary<string, LeaseRecord> _byName = [];

    /// <summary>Picks the election's Leases out of those of a namespace.</summary>
    public LeaseBoard(IEnumerable<JsonObject> found, LeaderElectionOptions options)
    {
        foreach (var record in found.Select(lease => LeaseRecord.Read(lease, options.LeaseDuration)))
        {
            if (record.Member == options.Name || (record.Member is null && (record.Name == options.Name || ShardIn(record.Name, options.Name) is not null)))
            {
                _byName[record.Name] = record;
            }
        }

        Layout = Find(options.Name);
        Members = [.. _byName.Values.Where(record => record.Member is not null && record.Holder.Length > 0)];
        Shards = [.. _byName.Values.Where(record => record.Member is null)];
    }

    /// <summary>The Lease that says how many shards there are; null when there is none.</summary>
    public LeaseRecord? Layout { get; }

    /// <summary>The Leases of the replicas, the dead among them.</summary>
    public IReadOnlyList<LeaseRecord> Members { get; }

    /// <summary>The Leases of the shards, that of the layout among them, and those of a former layout.</summary>
    public IReadOnlyList<LeaseRecord> Shards { get; }

    /// <summary>The name of a shard's Lease: the election's own when there is one shard.</summary>
    public static string NameOf(int shard, LeaderElectionOptions options) =>
        options.Shards == 1 ? options.Name : string.Create(CultureInfo.InvariantCulture, $"{options.Name}-{shard}");

    /// <summary>The Lease of this name; null when there is none.</summary>
    public LeaseRecord? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether a shard's Lease is of a layout that is no more.</summary>
    public static bool IsLeftOver(LeaseRecord record, LeaderElectionOptions options) =>
        record.Member is null && ShardIn(record.Name, options.Name) is { } shard && (options.Shards == 1 || shard >= options.Shards);

    private static int? ShardIn(string name, string election) =>
        name.Length > election.Length + 1 && name.StartsWith(election, StringComparison.Ordinal) && name[election.Length] == '-'
        && int.TryParse(name.AsSpan(election.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            ? shard
            : null;
}
