using Canary.Core;
using Canary.Kubernetes.Leadership;
using CsCheck;
using Xunit;

namespace Canary.Kubernetes.Tests.Leadership;

public sealed class ShardPlanTests
{
    /// <summary>Replicas of different versions must agree: these never change.</summary>
    [Theory]
    [InlineData("shop", "checkout", 8, 5)]
    [InlineData("shop", "cart", 8, 7)]
    [InlineData("payments", "api", 64, 38)]
    [InlineData("shop", "checkout", 1, 0)]
    public void ShardOf_IsTheSameForEver(string ns, string name, int shards, int expected) => Assert.Equal(expected, ShardPlan.ShardOf(new RolloutKey(ns, name), shards));

    [Fact]
    public void ShardOf_ManyRollouts_SpreadsThemEvenly()
    {
        var counts = Enumerable.Range(0, 10_000).GroupBy(number => ShardPlan.ShardOf(new RolloutKey($"team-{number % 40}", $"app-{number}"), 16)).Select(shard => shard.Count()).ToList();

        Assert.Equal(16, counts.Count);
        Assert.All(counts, count => Assert.InRange(count, 540, 710)); // 625 +- 3.5 standard deviations
    }

    [Fact]
    public void Assign_AnyHolders_IsBalancedAndMovesOnlyWhatItMust() => Gen.Select(Gen.Int[1, 64], Gen.Int[1, 8], Gen.Int[0, 1_000_000]).Sample(drawn =>
    {
        var (shards, count, seed) = drawn;
        var random = new Random(seed);
        var members = Enumerable.Range(0, count).Select(number => $"member-{number}").ToList();
        string?[] holders = [.. Enumerable.Range(0, shards).Select(_ => random.Next(3) == 0 ? null : $"member-{random.Next(count + 2)}")];

        var owners = ShardPlan.Assign(holders, [.. members.OrderBy(_ => random.Next())]);

        var loads = members.ConvertAll(member => owners.Count(owner => owner == member));
        Assert.Equal(shards, loads.Sum());
        Assert.True(loads.Max() - loads.Min() <= 1);
        Assert.Equal(owners, ShardPlan.Assign(holders, members)); // whatever the order

        // Nobody gives more away than what is too much, and it stays as it is then.
        var given = members.Sum(member => Enumerable.Range(0, shards).Count(shard => holders[shard] == member && owners[shard] != member));
        var most = members.Sum(member => Math.Max(0, holders.Count(holder => holder == member) - (shards / count)));
        Assert.True(given <= most);
        Assert.Equal(owners, ShardPlan.Assign(owners, members));
    });

    [Fact]
    public void Assign_OneJoins_TakesFromEachOfTheOthers()
    {
        string?[] holders = ["a", "a", "a", "a", "b", "b", "b", "b"];

        var owners = ShardPlan.Assign(holders, ["a", "b", "c"]);

        Assert.Equal(2, owners.Count(owner => owner == "c"));
        Assert.Equal(3, owners.Count(owner => owner == "a"));
    }
}
