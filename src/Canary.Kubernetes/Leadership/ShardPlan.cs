using System.Globalization;
using Canary.Core;

namespace Canary.Kubernetes.Leadership;

/// <summary>Which rollout belongs to which shard, and which shard to which replica. Pure: all who see the same come to the same.</summary>
internal static class ShardPlan
{
    /// <summary>The shard of a rollout, from 0. It changes with the number of shards and with nothing else.</summary>
    public static int ShardOf(RolloutKey key, int shards) => shards == 1 ? 0 : (int)(StableHash.Of($"{key.Namespace}/{key.Name}") % (ulong)shards);

    /// <summary>Spreads the shards evenly, so that no replica has two more than another, and moves as few as that takes.</summary>
    /// <param name="holders">Who holds each shard, one per shard; somebody who is no member, or null, when nobody does.</param>
    /// <param name="members">The replicas that live, each once, at least one.</param>
    /// <returns>Who is to hold each shard, one per shard.</returns>
    public static string[] Assign(IReadOnlyList<string?> holders, IReadOnlyCollection<string> members)
    {
        var (least, extras) = Math.DivRem(holders.Count, members.Count);
        var held = members.ToDictionary(member => member, member => Enumerable.Range(0, holders.Count).Where(shard => holders[shard] == member).ToList());

        // Those who have more than their share keep the odd ones, so that these do not wander.
        var rooms = new Dictionary<string, int>();
        foreach (var member in members.OrderByDescending(member => held[member].Count).ThenBy(member => member, StringComparer.Ordinal))
        {
            rooms[member] = least + (extras-- > 0 ? 1 : 0);
        }

        var owners = new string?[holders.Count];
        foreach (var member in members)
        {
            foreach (var shard in held[member].OrderByDescending(shard => Affinity(shard, member)).Take(rooms[member]))
            {
                owners[shard] = member;
            }

            rooms[member] -= Math.Min(rooms[member], held[member].Count);
        }

        for (var shard = 0; shard < owners.Length; shard++)
        {
            if (owners[shard] is null)
            {
                var owner = members.Where(member => rooms[member] > 0).MaxBy(member => (Affinity(shard, member), member))!; // there is room for all
                owners[shard] = owner;
                rooms[owner]--;
            }
        }

        return owners!; // each was filled above
    }

    private static ulong Affinity(int shard, string member) => StableHash.Of(string.Create(CultureInfo.InvariantCulture, $"{shard}/{member}"));
}
