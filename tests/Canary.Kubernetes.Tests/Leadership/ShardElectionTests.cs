using Canary.Kubernetes.Leadership;
using Xunit;

namespace Canary.Kubernetes.Tests.Leadership;

public sealed class ShardElectionTests
{
    private readonly LeaseWorld _world = new();
    private readonly List<SimulatedReplica> _replicas = [];
    private TimeSpan _now;

    [Fact]
    public void Round_NoLeaseYet_LeadsAtOnce()
    {
        var replica = Join("a");

        Go(0);

        Assert.True(replica.Election.Leads(0));
        Assert.Equal(replica.Election.Identity, _world.HolderOf("canary"));
        Assert.StartsWith("a_", _world.HolderOf("canary"), StringComparison.Ordinal);
        var member = Assert.Single(_world.Members);
        Assert.Equal("canary", (string?)member["metadata"]!["labels"]![LeaseRecord.MemberLabel]);
        Assert.Equal(10, (int)member["spec"]!["leaseDurationSeconds"]!);
    }

    [Fact]
    public void Round_ManyShards_OneRequestToLookAndOneToRenew()
    {
        var replicas = new[] { Join("a", 16), Join("b", 16), Join("c", 16) };
        Go(30);
        var before = replicas.Sum(replica => replica.Requests);

        Go(60);

        Assert.Equal(16, replicas.Sum(replica => replica.Election.Held.Count()));
        Assert.InRange((replicas.Sum(replica => replica.Requests) - before) / 60.0, 3.4, 3.8); // 3 replicas, 2 requests, every 1.65 s
    }

    [Fact]
    public void Round_OneJoins_GetsItsShareWithinAFewRoundsAndOnlyThatMoves()
    {
        var (first, second) = (Join("a", 8), Join("b", 8));
        Go(20);
        var moves = first.Changes.Count + second.Changes.Count;
        var third = Join("c", 8);

        Go(6);

        Assert.Equal([2, 3, 3], new[] { first, second, third }.Select(replica => replica.Election.Held.Count()).Order());
        Assert.Equal(2, first.Changes.Count + second.Changes.Count - moves);
    }

    [Fact]
    public void Round_OneShardAndOneJoins_LeadershipStays()
    {
        var first = Join("a");
        Go(10);
        Join("b");
        Join("c");

        Go(30);

        Assert.True(first.Election.Leads(0));
        Assert.Single(first.Changes);
    }

    [Fact]
    public void Round_WorkUnderWay_IsWaitedForAndNothingBegins()
    {
        var first = Join("a", 2);
        Go(10);
        first.Busy.UnionWith([0, 1]);
        var second = Join("b", 2);

        Go(20);

        var leaving = Enumerable.Range(0, 2).Single(first.Election.IsLeaving);
        Assert.True(first.Election.Leads(leaving));
        Assert.False(first.Election.MayBegin(leaving));
        Assert.True(first.Election.MayBegin(1 - leaving));
        Assert.False(second.Election.Leads(leaving));

        first.Busy.Clear();
        Go(6);
        Assert.True(second.Election.Leads(leaving));
    }

    [Fact]
    public void Stop_Leader_GivesEverythingBackAndTheOtherTakesItInItsNextRound()
    {
        var (first, second) = (Join("a", 4), Join("b", 4));
        Go(20);
        first.Stop();

        Go(4);

        Assert.True(first.IsGone);
        Assert.Equal(4, second.Election.Held.Count());
        Assert.Single(_world.Members);
    }

    [Fact]
    public void Round_LeaderFrozen_IsDeposedAndLeadsNothingWhenItThaws()
    {
        var first = Join("a");
        Go(10);
        var second = Join("b");
        Go(5);

        _replicas.Remove(first);
        Go(7);
        Assert.False(first.Election.Leads(0)); // as soon as it asks
        Go(5.5);
        Assert.True(second.Election.Leads(0));
        _replicas.Add(first);
        Go(20);

        Assert.True(second.Election.Leads(0));
        Assert.Equal([ShardEvent.Taken, ShardEvent.Lost], first.Changes.Select(change => change.Event));
        Assert.True(second.Changes[0].Term > first.Changes[0].Term);
    }

    [Fact]
    public void Round_ShardsLeaseDeleted_ItsHolderMakesItAnew()
    {
        var (first, second) = (Join("a"), Join("b"));
        Go(20);
        var (leader, other) = first.Election.Leads(0) ? (first, second) : (second, first);

        _world.Remove("canary");
        Go(15);

        Assert.True(leader.Election.Leads(0));
        Assert.Empty(other.Changes);
        Assert.Equal(leader.Election.Identity, _world.HolderOf("canary"));
    }

    [Fact]
    public void Round_OtherNumberOfShardsAlive_WaitsSaysWhyAndTakesOverAfterwards()
    {
        var old = Join("old", 2);
        Go(10);
        var fresh = Join("new", 4);
        Go(30);
        Assert.Equal(2, old.Election.Held.Count());
        Assert.Empty(fresh.Election.Held);
        Assert.Equal($"{old.Election.Identity} works with 2 shards, this replica has 4 and waits until they are gone", fresh.Election.Obstacle);

        old.Stop();
        Go(5);
        Assert.Contains("from 2 to 4", fresh.Election.Obstacle, StringComparison.Ordinal);
        Go(11);

        Assert.Equal(4, fresh.Election.Held.Count());
        Assert.Null(fresh.Election.Obstacle);
        Assert.Equal("4", (string?)_world.Find("canary")!["metadata"]!["annotations"]![LeaseRecord.ShardsAnnotation]);
    }

    [Fact]
    public void Round_FewerShardsAndADeadReplica_RemainsAreRemoved()
    {
        Join("old", 4);
        Go(10);
        _replicas.Clear();
        var fresh = Join("new", 1);

        Go(120);

        Assert.True(fresh.Election.Leads(0));
        Assert.Equal(["canary", (string)_world.Members.Single()["metadata"]!["name"]!], _world.All.Select(lease => (string)lease["metadata"]!["name"]!));
    }

    private SimulatedReplica Join(string name, int shards = 1)
    {
        var replica = new SimulatedReplica(_world, new SkewedClock(() => _now, 1, TimeSpan.FromHours(_replicas.Count)), name, shards);
        _replicas.Add(replica);
        return replica;
    }

    private void Go(double seconds)
    {
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now <= end; _now += TimeSpan.FromMilliseconds(20))
        {
            foreach (var replica in _replicas.ToList())
            {
                for (var steps = 0; replica.IsDue && !replica.IsGone && steps < 200; steps++)
                {
                    replica.Step(Fate.Done);
                }
            }

            _replicas.RemoveAll(replica => replica.IsGone);
        }
    }
}
